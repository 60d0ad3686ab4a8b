import { sql } from "drizzle-orm";
import { check, integer, pgTable } from "drizzle-orm/pg-core";

export const lines = pgTable("lines", { id: integer("id").primaryKey(), price: integer("price"), count: integer("count") }, (t) => [
  check("positive_price", sql`${t.price} > 0`),
  check("positive_count", sql`${t.count} > 0`),
]);
