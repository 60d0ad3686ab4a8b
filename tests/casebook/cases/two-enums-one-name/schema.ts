import { integer, pgEnum, pgTable } from "drizzle-orm/pg-core";

export const orderStatus = pgEnum("status", ["open", "paid"]);
export const roomStatus = pgEnum("status", ["free", "taken"]); //~ duplicate-name

export const orders = pgTable("orders", { id: integer("id").primaryKey(), status: orderStatus("status") });
export const rooms = pgTable("rooms", { id: integer("id").primaryKey(), status: roomStatus("status") });
