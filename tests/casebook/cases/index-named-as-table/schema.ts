import { index, integer, pgTable, text } from "drizzle-orm/pg-core";

export const emails = pgTable("emails", { id: integer("id").primaryKey() });
export const users = pgTable("users", { id: integer("id").primaryKey(), email: text("email") }, (t) => [
  index("emails").on(t.email), //~ duplicate-name
]);
