import { integer, pgTable } from "drizzle-orm/pg-core";
import { status } from "./orders";

export const users = pgTable("users", {
  id: integer("id").primaryKey(),
  status: status("status"), //~ eager-import-cycle
});
