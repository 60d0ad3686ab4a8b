import { foreignKey, integer, pgTable } from "drizzle-orm/pg-core";

export const comments = pgTable("comments", { id: integer("id").primaryKey(), parentId: integer("parent_id") }, (t) => [
  foreignKey({ columns: [t.id], foreignColumns: [t.id] }), //~ self-identical-foreign-key
]);
