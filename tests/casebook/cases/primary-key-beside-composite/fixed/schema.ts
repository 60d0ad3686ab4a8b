import { integer, pgTable, primaryKey } from "drizzle-orm/pg-core";

export const seats = pgTable("seats", {
  row: integer("row"),
  place: integer("place"),
}, (t) => [primaryKey({ columns: [t.row, t.place] })]);
