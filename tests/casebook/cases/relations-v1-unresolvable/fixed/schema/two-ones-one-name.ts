import { relations } from "drizzle-orm";
import { integer, pgTable } from "drizzle-orm/pg-core";

export const twinUsers = pgTable("twin_users", { id: integer("id").primaryKey() });
export const twinPosts = pgTable("twin_posts", { id: integer("id").primaryKey(), authorId: integer("author_id"), editorId: integer("editor_id") });

export const twinUsersRelations = relations(twinUsers, ({ many }) => ({
  posts: many(twinPosts, { relationName: "author" }),
  edited: many(twinPosts, { relationName: "editor" }),
}));

export const twinPostsRelations = relations(twinPosts, ({ one }) => ({
  author: one(twinUsers, { fields: [twinPosts.authorId], references: [twinUsers.id], relationName: "author" }),
  editor: one(twinUsers, { fields: [twinPosts.editorId], references: [twinUsers.id], relationName: "editor" }),
}));
