import { index, integer, pgTable } from "drizzle-orm/pg-core";
import { users } from "./users";

export const orders = pgTable(
  "orders",
  { id: integer("id").primaryKey(), userId: integer("user_id").references(() => users.id) },
  (t) => [index("orders_user_id_idx").on(t.userId)],
);
