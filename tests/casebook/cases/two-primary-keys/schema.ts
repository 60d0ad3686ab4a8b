import { integer, pgTable } from "drizzle-orm/pg-core";

export const seats = pgTable("seats", {
  row: integer("row").primaryKey(),
  place: integer("place").primaryKey(), //~ multiple-primary-keys
});
