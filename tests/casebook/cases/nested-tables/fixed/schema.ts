import { index, integer, pgTable } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: integer("id").primaryKey() });
export const identity = { users };

export const orders = pgTable(
  "orders",
  { id: integer("id").primaryKey(), userId: integer("user_id").references(() => identity.users.id) },
  (t) => [index("orders_user_id_idx").on(t.userId)],
);
