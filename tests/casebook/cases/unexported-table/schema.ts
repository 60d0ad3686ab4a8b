import { index, integer, pgTable } from "drizzle-orm/pg-core";

const users = pgTable("users", { id: integer("id").primaryKey() }); //~ unexported-entity

export const orders = pgTable(
  "orders",
  { id: integer("id").primaryKey(), userId: integer("user_id").references(() => users.id) },
  (t) => [index("orders_user_id_idx").on(t.userId)],
);
