import { bigint, int, mysqlTable, serial } from "drizzle-orm/mysql-core";

export const users = mysqlTable("users", { id: serial("id").primaryKey() });

export const orders = mysqlTable("orders", {
  id: int("id").primaryKey(),
  userId: bigint("user_id", { mode: "number", unsigned: true }).references(() => users.id),
});
