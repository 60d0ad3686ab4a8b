import { relations } from "drizzle-orm";
import { integer, pgTable, text } from "drizzle-orm/pg-core";

export const writers = pgTable("writers", { id: integer("id").primaryKey(), name: text("name") });
export const books = pgTable("books", { id: integer("id").primaryKey(), writerId: integer("writer_id") });

export const writersRelations = relations(writers, ({ many }) => ({
  books: many(books),
}));

export const booksRelations = relations(books, ({ one }) => ({
  writer: one(writers, { fields: [books.writerId], references: [writers.id] }),
}));
