import { sql } from "drizzle-orm";
import { integer, pgPolicy, pgTable, text } from "drizzle-orm/pg-core";

export const notes = pgTable("notes", { id: integer("id").primaryKey(), note: text("note") }, () => [
  pgPolicy("nobody", { for: "select", using: sql`false` }),
]);
