import { sql } from "drizzle-orm";
import { integer, pgPolicy, pgTable } from "drizzle-orm/pg-core";

export const notes = pgTable("notes", { id: integer("id").primaryKey() }, () => [
  pgPolicy("members", { for: "select", using: sql`true` }),
  pgPolicy("members", { for: "delete", using: sql`false` }), //~ duplicate-name
]);
