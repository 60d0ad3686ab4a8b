import { integer, pgTable, text } from "drizzle-orm/pg-core";

export const accounts = pgTable("users", { id: integer("id").primaryKey(), email: text("email") });
export const members = pgTable("members", { id: integer("id").primaryKey(), nickname: text("nickname") });
