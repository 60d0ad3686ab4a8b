import { relations } from "drizzle-orm";
import { integer, pgTable } from "drizzle-orm/pg-core";

export const pairUsers = pgTable("pair_users", { id: integer("id").primaryKey() });
export const pairPosts = pgTable("pair_posts", { id: integer("id").primaryKey(), authorId: integer("author_id"), editorId: integer("editor_id") });

export const pairUsersRelations = relations(pairUsers, ({ many }) => ({
  posts: many(pairPosts, { relationName: "author" }),
  edited: many(pairPosts, { relationName: "editor" }),
}));

export const pairPostsRelations = relations(pairPosts, ({ one }) => ({
  author: one(pairUsers, { fields: [pairPosts.authorId], references: [pairUsers.id], relationName: "author" }),
  editor: one(pairUsers, { fields: [pairPosts.editorId], references: [pairUsers.id], relationName: "editor" }),
}));
