import { relations } from "drizzle-orm";
import { integer, pgTable } from "drizzle-orm/pg-core";

export const loneUsers = pgTable("lone_users", { id: integer("id").primaryKey() });
export const lonePosts = pgTable("lone_posts", { id: integer("id").primaryKey(), authorId: integer("author_id"), editorId: integer("editor_id") });

export const loneUsersRelations = relations(loneUsers, ({ many }) => ({
  posts: many(lonePosts),
}));

export const lonePostsRelations = relations(lonePosts, ({ one }) => ({
  author: one(loneUsers, { fields: [lonePosts.authorId], references: [loneUsers.id] }),
}));
