import { integer, pgEnum, pgTable } from "drizzle-orm/pg-core";

export const role = pgEnum("role", ["guest", "owner"]);
export const users = pgTable("users", { id: integer("id").primaryKey(), role: role("role") });
