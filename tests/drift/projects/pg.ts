import { sql } from "drizzle-orm";
import {
  bigint, boolean, check, foreignKey, index, integer, jsonb, numeric, pgEnum, pgSchema, pgTable, primaryKey, serial,
  text, timestamp, unique, uniqueIndex, uuid, varchar,
} from "drizzle-orm/pg-core";

export const status = pgEnum("status", ["draft", "active", "closed"]);
export const billing = pgSchema("billing");

export const users = pgTable("users", {
  id: uuid("id").primaryKey().defaultRandom(),
  email: varchar("email", { length: 255 }).notNull().unique(),
  name: text("name").notNull().default("nobody"),
  age: integer("age"),
  score: numeric("score", { precision: 10, scale: 2 }).default("0"),
  isAdmin: boolean("is_admin").notNull().default(false),
  status: status("status").notNull().default("draft"),
  settings: jsonb("settings").default({ theme: "dark" }),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  updatedAt: timestamp("updated_at").$onUpdate(() => new Date()),
  deletedAt: timestamp("deleted_at"),
}, (t) => [
  index("users_name_idx").on(t.name, t.age.desc()),
  uniqueIndex("users_email_active_idx").on(sql`lower(${t.email})`).where(sql`${t.deletedAt} is null`),
  index().on(t.status),
  check("users_age_check", sql`${t.age} >= 0`),
]);

export const posts = pgTable("posts", {
  id: serial("id").primaryKey(),
  authorId: uuid("author_id").notNull().references(() => users.id, { onDelete: "cascade" }),
  slug: text("slug").notNull(),
  title: text("title"),
  views: bigint("views", { mode: "number" }).notNull().default(0),
}, (t) => [
  unique("posts_author_slug_key").on(t.authorId, t.slug),
  index("posts_title_idx").using("gin", t.title.op("gin_trgm_ops")),
]);

export const postTags = pgTable("post_tags", {
  postId: integer("post_id").notNull().references(() => posts.id),
  tag: text("tag").notNull(),
}, (t) => [primaryKey({ columns: [t.postId, t.tag] })]);

export const invoices = billing.table("invoices", {
  id: integer("id").generatedAlwaysAsIdentity().primaryKey(),
  number: integer("number").notNull(),
  postId: integer("post_id"),
  tag: text("tag"),
}, (t) => [
  unique().on(t.number, t.postId),
  foreignKey({ columns: [t.postId, t.tag], foreignColumns: [postTags.postId, postTags.tag] }).onDelete("set null"),
]);
