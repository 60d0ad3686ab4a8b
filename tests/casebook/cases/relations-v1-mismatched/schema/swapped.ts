import { relations } from "drizzle-orm";
import { integer, pgTable } from "drizzle-orm/pg-core";

export const clients = pgTable("clients", { id: integer("id").primaryKey(), parentId: integer("parent_id") });
export const jobs = pgTable("jobs", { id: integer("id").primaryKey(), clientId: integer("client_id") });

export const jobsRelations = relations(jobs, ({ one }) => ({
  client: one(clients, { fields: [clients.id], references: [jobs.clientId] }), //~ mismatched-relation
}));
