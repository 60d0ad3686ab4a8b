import { index, integer, pgTable, uuid } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: uuid("id").primaryKey() });

export const orders = pgTable(
  "orders",
  {
    id: integer("id").primaryKey(),
    userId: uuid("user_id").references(() => users.id),
  },
  (t) => [index("orders_user_id_idx").on(t.userId)],
);
