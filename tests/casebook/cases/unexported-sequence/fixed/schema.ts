import { sql } from "drizzle-orm";
import { bigint, integer, pgSequence, pgTable } from "drizzle-orm/pg-core";

export const invoiceNumber = pgSequence("invoice_number", { startWith: 1000 });

export const invoices = pgTable("invoices", {
  id: integer("id").primaryKey(),
  number: bigint("number", { mode: "number" }).notNull().default(sql`nextval('invoice_number')`),
});
