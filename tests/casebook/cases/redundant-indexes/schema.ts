import { index, integer, pgTable, text } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: integer("id").primaryKey(), email: text("email").unique(), name: text("name") }, (t) => [
  index("users_id_idx").on(t.id), //~ redundant-index
  index("users_email_idx").on(t.email), //~ redundant-index
  index("users_name_idx").on(t.name), //~ redundant-index
  index("users_name_id_idx").on(t.name, t.id),
]);
