import { foreignKey, index, integer, pgTable, serial, varchar } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: serial("id").primaryKey() });

export const orders = pgTable("orders", { id: integer("id").primaryKey(), userId: varchar("user_id", { length: 36 }) }, (t) => [
  foreignKey({ columns: [t.userId], foreignColumns: [users.id] }), //~ foreign-key-type-mismatch
  index("orders_user_id_idx").on(t.userId),
]);
