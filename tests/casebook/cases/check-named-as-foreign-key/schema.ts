import { sql } from "drizzle-orm";
import { check, foreignKey, index, integer, pgTable } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: integer("id").primaryKey() });

export const orders = pgTable("orders", { id: integer("id").primaryKey(), userId: integer("user_id") }, (t) => [
  check("orders_user", sql`${t.userId} > 0`),
  foreignKey({ name: "orders_user", columns: [t.userId], foreignColumns: [users.id] }), //~ duplicate-name
  index("orders_user_id_idx").on(t.userId),
]);
