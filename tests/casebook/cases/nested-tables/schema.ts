import { index, integer, pgTable } from "drizzle-orm/pg-core";

export const identity = {
  users: pgTable("users", { id: integer("id").primaryKey() }), //~ unexported-entity
};

export const orders = pgTable(
  "orders",
  { id: integer("id").primaryKey(), userId: integer("user_id").references(() => identity.users.id) },
  (t) => [index("orders_user_id_idx").on(t.userId)],
);
