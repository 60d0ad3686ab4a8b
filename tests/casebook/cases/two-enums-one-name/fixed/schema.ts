import { integer, pgEnum, pgTable } from "drizzle-orm/pg-core";

export const orderStatus = pgEnum("order_status", ["open", "paid"]);
export const roomStatus = pgEnum("room_status", ["free", "taken"]);

export const orders = pgTable("orders", { id: integer("id").primaryKey(), status: orderStatus("status") });
export const rooms = pgTable("rooms", { id: integer("id").primaryKey(), status: roomStatus("status") });
