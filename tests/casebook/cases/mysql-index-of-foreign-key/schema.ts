import { index, int, mysqlTable } from "drizzle-orm/mysql-core";

export const users = mysqlTable("users", { id: int("id").primaryKey() });

export const orders = mysqlTable(
  "orders",
  { id: int("id").primaryKey(), userId: int("user_id").references(() => users.id) },
  (t) => [index("orders_user_id_idx").on(t.userId)], //~ redundant-index
);
