import { sql } from "drizzle-orm";
import {
  bigint, boolean, check, datetime, decimal, foreignKey, index, int, json, mysqlEnum, mysqlTable, primaryKey, serial, text,
  timestamp, unique, uniqueIndex, varchar,
} from "drizzle-orm/mysql-core";

export const users = mysqlTable("users", {
  id: int("id").primaryKey().autoincrement(),
  email: varchar("email", { length: 255 }).notNull().unique(),
  name: varchar("name", { length: 100 }).notNull().default("nobody"),
  age: int("age"),
  score: decimal("score", { precision: 10, scale: 2 }).default("0"),
  isAdmin: boolean("is_admin").notNull().default(false),
  status: mysqlEnum("status", ["draft", "active", "closed"]).notNull().default("draft"),
  settings: json("settings"),
  createdAt: timestamp("created_at").notNull().defaultNow(),
  deletedAt: datetime("deleted_at", { fsp: 3 }),
}, (t) => [
  index("users_name_idx").on(t.name, t.age),
  uniqueIndex("users_email_idx").on(sql`(lower(${t.email}))`),
  check("users_age_check", sql`${t.age} >= 0`),
]);

export const posts = mysqlTable("posts", {
  id: serial("id").primaryKey(),
  authorId: int("author_id").notNull().references(() => users.id, { onDelete: "cascade" }),
  slug: varchar("slug", { length: 50 }).notNull(),
  title: text("title"),
}, (t) => [unique("posts_author_slug_key").on(t.authorId, t.slug)]);

export const postTags = mysqlTable("post_tags", {
  postId: int("post_id").notNull(),
  tag: varchar("tag", { length: 50 }).notNull(),
}, (t) => [primaryKey({ columns: [t.postId, t.tag] })]);

export const invoices = mysqlTable("invoices", {
  id: int("id").primaryKey(),
  number: int("number").notNull(),
  postId: int("post_id"),
  tag: varchar("tag", { length: 50 }),
}, (t) => [
  unique().on(t.number, t.postId),
  foreignKey({ columns: [t.postId, t.tag], foreignColumns: [postTags.postId, postTags.tag] }).onDelete("set null"),
]);
