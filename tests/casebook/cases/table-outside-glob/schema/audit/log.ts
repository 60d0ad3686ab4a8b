import { integer, pgTable, text } from "drizzle-orm/pg-core";

export const auditLog = pgTable("audit_log", { id: integer("id").primaryKey(), event: text("event") }); //~ table-outside-drizzle-config
