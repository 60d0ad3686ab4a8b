import { index, integer, pgTable, primaryKey, text, timestamp, unique, uuid } from "drizzle-orm/pg-core";
import { isNull } from "drizzle-orm";

export const users = pgTable("users", {
  id: uuid().primaryKey().defaultRandom(),
  emailAddr: text().notNull().unique(),
  createdAt: timestamp().notNull().defaultNow(),
  deletedAt: timestamp(),
}, (t) => [index().on(t.createdAt).where(isNull(t.deletedAt)), unique().on(t.emailAddr, t.createdAt)]);

export const userPosts = pgTable("user_posts", {
  userId: uuid().notNull().references(() => users.id, { onDelete: "cascade" }),
  postNumber: integer().notNull(),
}, (t) => [primaryKey({ columns: [t.userId, t.postNumber] })]);
