import { relations } from "drizzle-orm";
import { integer, pgTable } from "drizzle-orm/pg-core";

export const halls = pgTable("halls", { city: integer("city"), number: integer("number"), id: integer("id").primaryKey() });
export const shows = pgTable("shows", { id: integer("id").primaryKey(), city: integer("city"), hall: integer("hall") });

export const showsRelations = relations(shows, ({ one }) => ({
  hall: one(halls, { fields: [shows.city, shows.hall], references: [halls.city, halls.number] }),
}));
