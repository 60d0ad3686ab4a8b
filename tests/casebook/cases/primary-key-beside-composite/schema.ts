import { integer, pgTable, primaryKey } from "drizzle-orm/pg-core";

export const seats = pgTable("seats", {
  row: integer("row").primaryKey(),
  place: integer("place"),
}, (t) => [primaryKey({ columns: [t.row, t.place] })]); //~ multiple-primary-keys
