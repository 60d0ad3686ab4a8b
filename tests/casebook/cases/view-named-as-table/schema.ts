import { integer, pgTable, pgView, text } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: integer("id").primaryKey(), name: text("name") });
export const named = pgView("users").as((qb) => qb.select({ name: users.name }).from(users)); //~ duplicate-name
