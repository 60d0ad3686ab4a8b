import { integer, pgTable } from 'drizzle-orm/pg-core';
import { users } from './users';
export const orders = pgTable('orders', { userId: integer('user_id').references(() => users.id), id: integer('id').primaryKey() });
