import { pgTable, text, integer, index, unique, pgEnum, pgSchema, varchar, uuid, boolean } from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
export const billing = pgSchema("money");
export const st = pgEnum("status", ["a", "b"]);
export const users = pgTable("people", { id: integer().primaryKey(), email: text().notNull().unique(), state: st().default("a"), nickname: text(), left: integer(), n: varchar({length: 5}).notNull() }, t => [index().on(t.email.desc(), t.nickname), index("ex").on(sql`upper(${t.email})`).where(sql`${t.id} > 3`), unique().on(t.nickname, t.n)]);
export const posts = pgTable("posts", { id: integer().primaryKey(), u: integer().references(() => users.id, { onDelete: "set null" }), right: integer().notNull(), done: boolean().notNull().default(false) });
export const bills = billing.table("bills", { id: uuid().primaryKey(), u: integer().references(() => users.id) });
