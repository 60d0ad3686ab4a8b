// What `drizzle-orm/neon` declares: its roles, and the policies of `crudPolicy`.
import { pgPolicy, pgRole, pgSchema, jsonb, text, timestamp } from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";

export const authenticatedRole = pgRole("authenticated").existing();
export const anonymousRole = pgRole("anonymous").existing();
export const authUid = (column) => sql`(select auth.user_id() = ${column})`;

export const usersSync = pgSchema("neon_auth").table("users_sync", {
  rawJson: jsonb("raw_json").notNull(),
  id: text().primaryKey().notNull(),
  name: text(),
  email: text(),
  createdAt: timestamp("created_at", { withTimezone: true, mode: "string" }),
  deletedAt: timestamp("deleted_at", { withTimezone: true, mode: "string" }),
  updatedAt: timestamp("updated_at", { withTimezone: true, mode: "string" }),
});

const roleName = (role) => (typeof role === "string" ? role : role.name);

export const crudPolicy = (options) => {
  const role = Array.isArray(options.role) ? options.role.map(roleName).join("-") : roleName(options.role);
  const policies = [];
  if (options.read !== null) policies.push(pgPolicy(`crud-${role}-policy-select`, { for: "select" }));
  if (options.modify !== null) {
    policies.push(pgPolicy(`crud-${role}-policy-insert`, { for: "insert" }));
    policies.push(pgPolicy(`crud-${role}-policy-update`, { for: "update" }));
    policies.push(pgPolicy(`crud-${role}-policy-delete`, { for: "delete" }));
  }
  return policies;
};
