import { integer, pgEnum, pgTable } from "drizzle-orm/pg-core";

export const status = pgEnum("status", ["open", "paid"]);

export const orders = pgTable("orders", { id: integer("id").primaryKey(), status: status("status").notNull() });
