import { index, integer, pgTable } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: integer("id").primaryKey() });

export const orders = pgTable(
  "orders",
  {
    id: integer("id").primaryKey(),
    userId: integer("user_id").notNull().references(() => users.id, { onDelete: "set default" }), //~ set-default-without-default
  },
  (t) => [index("orders_user_id_idx").on(t.userId)],
);
