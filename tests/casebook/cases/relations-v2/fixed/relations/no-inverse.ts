import { defineRelations } from "drizzle-orm";
import { integer, pgTable } from "drizzle-orm/pg-core";

export const users = pgTable("lone_users", { id: integer("id").primaryKey() });
export const posts = pgTable("lone_posts", { id: integer("id").primaryKey(), authorId: integer("author_id"), editorId: integer("editor_id") });

export const relations = defineRelations({ users, posts }, (r) => ({
  users: {
    posts: r.many.posts(),
  },
  posts: {
    author: r.one.users({ from: r.posts.authorId, to: r.users.id }),
  },
}));
