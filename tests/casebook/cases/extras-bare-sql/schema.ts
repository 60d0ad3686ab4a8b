import { sql } from "drizzle-orm";
import { integer, pgTable } from "drizzle-orm/pg-core";

export const lines = pgTable("lines", { id: integer("id").primaryKey(), price: integer("price") }, (t) => [
  sql`check (${t.price} > 0)`, //~ ignored-table-extra
]);
