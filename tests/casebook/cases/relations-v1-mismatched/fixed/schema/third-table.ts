import { relations } from "drizzle-orm";
import { integer, pgTable } from "drizzle-orm/pg-core";

export const authors = pgTable("authors", { id: integer("id").primaryKey() });
export const stores = pgTable("stores", { id: integer("id").primaryKey() });
export const novels = pgTable("novels", { id: integer("id").primaryKey(), authorId: integer("author_id"), storeId: integer("store_id") });

export const authorsRelations = relations(authors, ({ many }) => ({
  novels: many(novels, { relationName: "author" }),
}));

export const novelsRelations = relations(novels, ({ one }) => ({
  author: one(authors, { fields: [novels.authorId], references: [authors.id], relationName: "author" }),
  store: one(stores, { fields: [novels.storeId], references: [stores.id], relationName: "stock" }),
}));
