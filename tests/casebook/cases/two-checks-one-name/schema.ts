import { sql } from "drizzle-orm";
import { check, integer, pgTable } from "drizzle-orm/pg-core";

export const lines = pgTable("lines", { id: integer("id").primaryKey(), price: integer("price"), count: integer("count") }, (t) => [
  check("positive", sql`${t.price} > 0`),
  check("positive", sql`${t.count} > 0`), //~ duplicate-name
]);
