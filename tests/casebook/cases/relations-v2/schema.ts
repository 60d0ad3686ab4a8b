import { integer, pgTable } from "drizzle-orm/pg-core";

export const settings = pgTable("settings", { id: integer("id").primaryKey() });
