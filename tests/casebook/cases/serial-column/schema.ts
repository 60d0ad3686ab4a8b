import { serial, pgTable, text } from "drizzle-orm/pg-core";

export const users = pgTable("users", {
  id: serial("id").primaryKey(), //~ serial-column
  name: text("name"),
});
