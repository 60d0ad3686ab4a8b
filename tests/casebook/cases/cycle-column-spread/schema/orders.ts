import { index, integer, pgTable, text } from "drizzle-orm/pg-core";
import { users } from "./users";

export const noted = { note: text("note") };

export const orders = pgTable(
  "orders",
  { id: integer("id").primaryKey(), userId: integer("user_id").references(() => users.id), ...noted },
  (t) => [index("orders_user_id_idx").on(t.userId)],
);
