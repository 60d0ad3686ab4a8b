import { integer, pgTable } from "drizzle-orm/pg-core";
import { status } from "./status";

export const users = pgTable("users", {
  id: integer("id").primaryKey(),
  status: status("status"),
});
