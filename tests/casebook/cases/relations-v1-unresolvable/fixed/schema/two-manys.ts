import { relations } from "drizzle-orm";
import { integer, pgTable } from "drizzle-orm/pg-core";

export const bothUsers = pgTable("both_users", { id: integer("id").primaryKey() });
export const bothPosts = pgTable("both_posts", { id: integer("id").primaryKey(), authorId: integer("author_id"), editorId: integer("editor_id") });

export const bothUsersRelations = relations(bothUsers, ({ many }) => ({
  posts: many(bothPosts),
}));

export const bothPostsRelations = relations(bothPosts, ({ one }) => ({
  author: one(bothUsers, { fields: [bothPosts.authorId], references: [bothUsers.id] }),
}));
