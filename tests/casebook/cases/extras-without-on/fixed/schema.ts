import { index, integer, pgTable, text, unique } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: integer("id").primaryKey(), email: text("email") }, (t) => [
  index("users_email_idx").on(t.email),
  unique("users_email_unique").on(t.email),
]);
