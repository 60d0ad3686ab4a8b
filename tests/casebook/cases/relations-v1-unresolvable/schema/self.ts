import { relations } from "drizzle-orm";
import { integer, pgTable } from "drizzle-orm/pg-core";

export const nodes = pgTable("nodes", { id: integer("id").primaryKey(), parentId: integer("parent_id") });

export const nodesRelations = relations(nodes, ({ one, many }) => ({
  parent: one(nodes, { fields: [nodes.parentId], references: [nodes.id] }),
  children: many(nodes), //~ unresolvable-relation
}));
