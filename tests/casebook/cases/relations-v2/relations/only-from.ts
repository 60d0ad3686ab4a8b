import { defineRelations } from "drizzle-orm";
import { integer, pgTable } from "drizzle-orm/pg-core";

export const users = pgTable("half_users", { id: integer("id").primaryKey() });
export const posts = pgTable("half_posts", { id: integer("id").primaryKey(), authorId: integer("author_id"), editorId: integer("editor_id") });

export const relations = defineRelations({ users, posts }, (r) => ({
  posts: {
    author: r.one.users({ from: r.posts.authorId }), //~ unresolvable-relation
  },
}));
