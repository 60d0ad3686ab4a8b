import { integer, pgEnum, pgTable } from "drizzle-orm/pg-core";

export const statusEnum = pgEnum("status_value", ["open", "paid"]);
export const status = pgTable("status", { id: integer("id").primaryKey(), value: statusEnum("value") });
