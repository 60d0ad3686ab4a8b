import { int, mysqlTable, varchar } from "drizzle-orm/mysql-core";

export const users = mysqlTable("users", { id: varchar("id", { length: 36 }).primaryKey() });

export const orders = mysqlTable("orders", {
  id: int("id").primaryKey(),
  userId: varchar("user_id", { length: 36 }).references(() => users.id),
});
