import { integer, pgTable, text } from "drizzle-orm/pg-core";

export const posts = pgTable("posts", {
  id: integer("id").primaryKey(),
  tags: text("tags").notNull().default([]).array(), //~ lost-column-modifier
});
