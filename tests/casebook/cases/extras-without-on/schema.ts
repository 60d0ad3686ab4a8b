import { index, integer, pgTable, text, unique } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: integer("id").primaryKey(), email: text("email") }, () => [
  index("users_email_idx"), //~ ignored-table-extra
  unique("users_email_unique"), //~ ignored-table-extra
]);
