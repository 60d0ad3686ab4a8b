import { relations } from "drizzle-orm";
import { integer, pgTable } from "drizzle-orm/pg-core";

export const plans = pgTable("plans", { id: integer("id").primaryKey() });
export const seats = pgTable("seats", { id: integer("id").primaryKey(), planId: integer("plan_id") });

export const seatsRelations = relations(seats, ({ one }) => ({
  plan: one(plans, { fields: [seats.planId], references: [plans.id] }),
}));
