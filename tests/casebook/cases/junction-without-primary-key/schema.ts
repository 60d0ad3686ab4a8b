import { index, integer, pgTable } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: integer("id").primaryKey() });
export const teams = pgTable("teams", { id: integer("id").primaryKey() });

export const memberships = pgTable( //~ table-without-primary-key
  "memberships",
  {
    userId: integer("user_id").references(() => users.id),
    teamId: integer("team_id").references(() => teams.id),
  },
  (t) => [index("memberships_user_id_idx").on(t.userId), index("memberships_team_id_idx").on(t.teamId)],
);
