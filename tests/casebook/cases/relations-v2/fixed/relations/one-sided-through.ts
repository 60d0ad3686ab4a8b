import { defineRelations } from "drizzle-orm";
import { integer, pgTable, primaryKey } from "drizzle-orm/pg-core";

export const users = pgTable("through_users", { id: integer("id").primaryKey() });
export const groups = pgTable("through_groups", { id: integer("id").primaryKey() });
export const members = pgTable("through_members", { userId: integer("user_id"), groupId: integer("group_id") }, (t) => [
  primaryKey({ columns: [t.userId, t.groupId] }),
]);

export const relations = defineRelations({ users, groups, members }, (r) => ({
  users: {
    groups: r.many.groups({ from: r.users.id.through(r.members.userId), to: r.groups.id.through(r.members.groupId) }),
  },
}));
