import { integer, pgEnum, pgTable } from "drizzle-orm/pg-core";

const status = pgEnum("status", ["open", "paid"]); //~ unexported-entity

export const orders = pgTable("orders", { id: integer("id").primaryKey(), status: status("status").notNull() });
