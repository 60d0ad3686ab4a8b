import { integer, pgSchema, text } from "drizzle-orm/pg-core";

const billing = pgSchema("billing"); //~ unexported-entity

export const invoices = billing.table("invoices", { id: integer("id").primaryKey(), note: text("note") });
