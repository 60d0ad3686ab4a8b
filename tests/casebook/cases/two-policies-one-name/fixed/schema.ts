import { sql } from "drizzle-orm";
import { integer, pgPolicy, pgTable } from "drizzle-orm/pg-core";

export const notes = pgTable("notes", { id: integer("id").primaryKey() }, () => [
  pgPolicy("members_read", { for: "select", using: sql`true` }),
  pgPolicy("members_delete", { for: "delete", using: sql`false` }),
]);
