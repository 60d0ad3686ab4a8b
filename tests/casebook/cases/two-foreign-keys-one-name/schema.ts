import { foreignKey, index, integer, pgTable } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: integer("id").primaryKey() });

export const trades = pgTable(
  "trades",
  { id: integer("id").primaryKey(), buyerId: integer("buyer_id"), sellerId: integer("seller_id") },
  (t) => [
    foreignKey({ name: "trades_user_fk", columns: [t.buyerId], foreignColumns: [users.id] }),
    foreignKey({ name: "trades_user_fk", columns: [t.sellerId], foreignColumns: [users.id] }), //~ duplicate-name
    index("trades_buyer_id_idx").on(t.buyerId),
    index("trades_seller_id_idx").on(t.sellerId),
  ],
);
