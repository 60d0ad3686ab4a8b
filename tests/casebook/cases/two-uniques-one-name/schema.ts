import { integer, pgTable, text, unique } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: integer("id").primaryKey(), email: text("email"), phone: text("phone") }, (t) => [
  unique("users_unique").on(t.email),
  unique("users_unique").on(t.phone), //~ duplicate-name
]);
