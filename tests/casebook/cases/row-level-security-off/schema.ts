import { integer, pgTable, text } from "drizzle-orm/pg-core";

export const notes = pgTable("notes", { id: integer("id").primaryKey(), note: text("note") }); //~ row-level-security-off
