import { index, integer, pgTable, text } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: integer("id").primaryKey(), email: text("email") });

export const orders = pgTable("orders", { id: integer("id").primaryKey(), contact: text("contact") }, (t) => [
  index("orders_email_idx").on(t.contact),
]);
