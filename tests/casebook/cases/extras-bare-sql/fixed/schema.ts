import { sql } from "drizzle-orm";
import { check, integer, pgTable } from "drizzle-orm/pg-core";

export const lines = pgTable("lines", { id: integer("id").primaryKey(), price: integer("price") }, (t) => [
  check("lines_price_positive", sql`${t.price} > 0`),
]);
