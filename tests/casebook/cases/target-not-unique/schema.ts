import { index, integer, pgTable, text } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: integer("id").primaryKey(), email: text("email").notNull() });

export const orders = pgTable(
  "orders",
  {
    id: integer("id").primaryKey(),
    email: text("email").references(() => users.email), //~ foreign-key-target-not-unique
  },
  (t) => [index("orders_email_idx").on(t.email)],
);
