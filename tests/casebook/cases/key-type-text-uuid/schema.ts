import { index, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: uuid("id").primaryKey() });

export const orders = pgTable(
  "orders",
  {
    id: integer("id").primaryKey(),
    userId: text("user_id").references(() => users.id), //~ foreign-key-type-mismatch
  },
  (t) => [index("orders_user_id_idx").on(t.userId)],
);
