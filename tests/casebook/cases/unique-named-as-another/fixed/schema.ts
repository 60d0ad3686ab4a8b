import { integer, pgTable, text } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: integer("id").primaryKey(), email: text("email").unique("users_email_unique") });
export const guests = pgTable("guests", { id: integer("id").primaryKey(), email: text("email").unique("guests_email_unique") });
