import { type AnyPgColumn, index, integer, pgTable } from "drizzle-orm/pg-core";
import { teams } from "./teams";

export const users = pgTable(
  "users",
  { id: integer("id").primaryKey(), teamId: integer("team_id").references((): AnyPgColumn => teams.id) },
  (t) => [index("users_team_id_idx").on(t.teamId)],
);
