import { foreignKey, index, integer, pgTable } from "drizzle-orm/pg-core";

export const comments = pgTable("comments", { id: integer("id").primaryKey(), parentId: integer("parent_id") }, (t) => [
  foreignKey({ columns: [t.parentId], foreignColumns: [t.id] }),
  index("comments_parent_id_idx").on(t.parentId),
]);
