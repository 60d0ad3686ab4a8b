import { integer, pgTable } from "drizzle-orm/pg-core";
import { noted } from "./noted";

export const users = pgTable("users", {
  id: integer("id").primaryKey(),
  ...noted,
});
