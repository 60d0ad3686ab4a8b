import { index, integer, pgTable, primaryKey } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: integer("id").primaryKey() });
export const teams = pgTable("teams", { id: integer("id").primaryKey() });

export const memberships = pgTable(
  "memberships",
  {
    userId: integer("user_id").references(() => users.id),
    teamId: integer("team_id").references(() => teams.id),
  },
  (t) => [primaryKey({ columns: [t.userId, t.teamId] }), index("memberships_user_id_idx").on(t.userId), index("memberships_team_id_idx").on(t.teamId)],
);
