import { int, mysqlTable, serial } from "drizzle-orm/mysql-core";

export const users = mysqlTable("users", { id: serial("id").primaryKey() });

export const orders = mysqlTable("orders", {
  id: int("id").primaryKey(),
  userId: int("user_id").references(() => users.id), //~ foreign-key-type-mismatch
});
