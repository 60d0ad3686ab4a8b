import { text } from "drizzle-orm/pg-core";

export const noted = { note: text("note") };
