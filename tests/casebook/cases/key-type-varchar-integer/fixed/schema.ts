import { foreignKey, index, integer, pgTable, serial } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: serial("id").primaryKey() });

export const orders = pgTable("orders", { id: integer("id").primaryKey(), userId: integer("user_id") }, (t) => [
  foreignKey({ columns: [t.userId], foreignColumns: [users.id] }),
  index("orders_user_id_idx").on(t.userId),
]);
