import { index, integer, pgTable } from "drizzle-orm/pg-core";
import { status } from "./status";
import { users } from "./users";

export const orders = pgTable(
  "orders",
  { id: integer("id").primaryKey(), userId: integer("user_id").references(() => users.id), status: status("status") },
  (t) => [index("orders_user_id_idx").on(t.userId)],
);
