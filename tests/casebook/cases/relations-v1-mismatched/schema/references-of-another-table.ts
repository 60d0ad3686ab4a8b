import { relations } from "drizzle-orm";
import { integer, pgTable } from "drizzle-orm/pg-core";

export const owners = pgTable("owners", { id: integer("id").primaryKey() });
export const vets = pgTable("vets", { id: integer("id").primaryKey() });
export const pets = pgTable("pets", { id: integer("id").primaryKey(), ownerId: integer("owner_id") });

export const petsRelations = relations(pets, ({ one }) => ({
  owner: one(owners, { fields: [pets.ownerId], references: [vets.id] }), //~ mismatched-relation
}));
