import { relations } from "drizzle-orm";
import { integer, pgTable } from "drizzle-orm/pg-core";

export const bareUsers = pgTable("bare_users", { id: integer("id").primaryKey() });
export const barePosts = pgTable("bare_posts", { id: integer("id").primaryKey(), authorId: integer("author_id"), editorId: integer("editor_id") });

export const bareUsersRelations = relations(bareUsers, ({ many }) => ({
  posts: many(barePosts), //~ unresolvable-relation
}));
