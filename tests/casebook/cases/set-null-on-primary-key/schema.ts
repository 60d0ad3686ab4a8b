import { index, integer, pgTable, primaryKey } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: integer("id").primaryKey() });

export const memberships = pgTable(
  "memberships",
  {
    teamId: integer("team_id"),
    userId: integer("user_id").references(() => users.id, { onDelete: "set null" }), //~ set-null-on-not-null
  },
  (t) => [primaryKey({ columns: [t.teamId, t.userId] }), index("memberships_user_id_idx").on(t.userId)],
);
