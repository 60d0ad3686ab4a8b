import { integer, pgTable } from "drizzle-orm/pg-core";
import { noted } from "./orders";

export const users = pgTable("users", {
  id: integer("id").primaryKey(),
  ...noted, //~ eager-import-cycle
});
