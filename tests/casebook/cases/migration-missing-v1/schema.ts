import { integer, pgTable, text } from "drizzle-orm/pg-core";

export const users = pgTable("users", { //~ schema-drift
  id: integer("id").primaryKey(),
  email: text("email"),
});
