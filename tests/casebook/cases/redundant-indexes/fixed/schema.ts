import { index, integer, pgTable, text } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: integer("id").primaryKey(), email: text("email").unique(), name: text("name") }, (t) => [
  index("users_name_id_idx").on(t.name, t.id),
]);
