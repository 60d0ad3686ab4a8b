import { index, int, mysqlTable, varchar } from "drizzle-orm/mysql-core";

const columns = () => ({ id: int("id").primaryKey(), email: varchar("email", { length: 255 }) });

export const users = mysqlTable("users", columns(), (t) => [index("email_idx").on(t.email)]);
export const guests = mysqlTable("guests", columns(), (t) => [index("email_idx").on(t.email)]);
