import { relations } from "drizzle-orm";
import { integer, pgTable } from "drizzle-orm/pg-core";
import { orders } from "./orders";

export const users = pgTable("users", { id: integer("id").primaryKey() });

export const usersRelations = relations(users, ({ many }) => ({ orders: many(orders) }));

export const ordersRelations = relations(orders, ({ one }) => ({ //~ eager-import-cycle
  user: one(users, { fields: [orders.userId], references: [users.id] }),
}));
