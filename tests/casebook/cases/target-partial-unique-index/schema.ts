import { sql } from "drizzle-orm";
import { index, integer, pgTable, text, timestamp, uniqueIndex } from "drizzle-orm/pg-core";

export const users = pgTable(
  "users",
  { id: integer("id").primaryKey(), email: text("email").notNull(), deletedAt: timestamp("deleted_at", { withTimezone: true }) },
  (t) => [uniqueIndex("users_email_key").on(t.email).where(sql`${t.deletedAt} is null`)],
);

export const orders = pgTable(
  "orders",
  {
    id: integer("id").primaryKey(),
    email: text("email").references(() => users.email), //~ foreign-key-target-not-unique
  },
  (t) => [index("orders_email_idx").on(t.email)],
);
