import { index, integer, pgTable, text } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: integer("id").primaryKey(), email: text("email").notNull().unique() });

export const orders = pgTable(
  "orders",
  {
    id: integer("id").primaryKey(),
    email: text("email").references(() => users.email),
  },
  (t) => [index("orders_email_idx").on(t.email)],
);
