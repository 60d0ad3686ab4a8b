import { date, integer, pgTable, timestamp } from "drizzle-orm/pg-core";

export const orders = pgTable("orders", {
  id: integer("id").primaryKey(),
  shippedAt: timestamp("shipped_at", { withTimezone: true }),
  shippedOn: date("shipped_on"),
});
