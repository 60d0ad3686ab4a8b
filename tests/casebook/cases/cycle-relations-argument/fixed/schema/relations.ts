import { relations } from "drizzle-orm";
import { orders } from "./orders";
import { users } from "./users";

export const usersRelations = relations(users, ({ many }) => ({ orders: many(orders) }));

export const ordersRelations = relations(orders, ({ one }) => ({
  user: one(users, { fields: [orders.userId], references: [users.id] }),
}));
