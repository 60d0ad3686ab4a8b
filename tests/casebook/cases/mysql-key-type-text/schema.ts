import { int, mysqlTable, text, varchar } from "drizzle-orm/mysql-core";

export const users = mysqlTable("users", { id: varchar("id", { length: 36 }).primaryKey() });

export const orders = mysqlTable("orders", {
  id: int("id").primaryKey(),
  userId: text("user_id").references(() => users.id), //~ foreign-key-type-mismatch
});
