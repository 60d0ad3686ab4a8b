import { integer, pgTable, timestamp } from "drizzle-orm/pg-core";

export const events = pgTable("events", {
  id: integer("id").primaryKey(),
  at: timestamp("at").notNull(), //~ timestamp-without-timezone
});
