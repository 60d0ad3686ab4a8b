import { sql } from "drizzle-orm";
import {
  check, foreignKey, index, integer, numeric, primaryKey, real, sqliteTable, text, unique, uniqueIndex,
} from "drizzle-orm/sqlite-core";

export const users = sqliteTable("users", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  email: text("email").notNull().unique(),
  name: text("name").notNull().default("nobody"),
  age: integer("age"),
  score: real("score").default(0.5),
  isAdmin: integer("is_admin", { mode: "boolean" }).notNull().default(false),
  status: text("status", { enum: ["draft", "active"] }).notNull().default("draft"),
  settings: text("settings", { mode: "json" }),
  createdAt: integer("created_at", { mode: "timestamp" }).notNull().default(sql`(unixepoch())`),
  deletedAt: integer("deleted_at"),
}, (t) => [
  index("users_name_idx").on(t.name, t.age),
  uniqueIndex("users_email_active_idx").on(sql`lower(${t.email})`).where(sql`${t.deletedAt} is null`),
  check("users_age_check", sql`${t.age} >= 0`),
]);

export const posts = sqliteTable("posts", {
  id: text("id").primaryKey(),
  authorId: integer("author_id").notNull().references(() => users.id, { onDelete: "cascade" }),
  slug: text("slug").notNull(),
  title: text("title"),
  price: numeric("price"),
}, (t) => [unique("posts_author_slug_key").on(t.authorId, t.slug)]);

export const postTags = sqliteTable("post_tags", {
  postId: text("post_id").notNull().references(() => posts.id),
  tag: text("tag").notNull(),
}, (t) => [primaryKey({ columns: [t.postId, t.tag] })]);

export const invoices = sqliteTable("invoices", {
  id: integer("id").primaryKey(),
  number: integer("number").notNull(),
  postId: text("post_id"),
  tag: text("tag"),
}, (t) => [
  unique().on(t.number, t.postId),
  foreignKey({ columns: [t.postId, t.tag], foreignColumns: [postTags.postId, postTags.tag] }).onDelete("set null"),
]);
