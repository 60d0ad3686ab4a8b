import { index, integer, pgTable, text } from "drizzle-orm/pg-core";

const columns = () => ({ id: integer("id").primaryKey(), email: text("email") });

export const users = pgTable("users", columns(), (t) => [
  index("users_email_idx").on(t.email),
]);

export const guests = pgTable("guests", columns(), (t) => ({
  email: index("guests_email_idx").on(t.email),
}));
