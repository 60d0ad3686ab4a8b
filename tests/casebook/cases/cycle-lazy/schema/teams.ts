import { type AnyPgColumn, index, integer, pgTable } from "drizzle-orm/pg-core";
import { users } from "./users";

export const teams = pgTable(
  "teams",
  { id: integer("id").primaryKey(), leadId: integer("lead_id").references((): AnyPgColumn => users.id) },
  (t) => [index("teams_lead_id_idx").on(t.leadId)],
);
