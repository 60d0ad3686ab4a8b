import { defineRelationsPart } from "drizzle-orm";
import { integer, pgTable } from "drizzle-orm/pg-core";

export const users = pgTable("part_users", { id: integer("id").primaryKey() });
export const posts = pgTable("part_posts", { id: integer("id").primaryKey(), authorId: integer("author_id") });

export const ofPosts = defineRelationsPart({ users, posts }, (r) => ({
  posts: { author: r.one.users({ from: r.posts.authorId, to: r.users.id }) },
}));
export const ofUsers = defineRelationsPart({ users, posts }, (r) => ({
  users: { posts: r.many.posts({ from: r.users.id, to: r.posts.authorId }) },
}));
