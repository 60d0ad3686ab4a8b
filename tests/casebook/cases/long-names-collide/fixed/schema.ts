import { foreignKey, index, integer, pgTable } from "drizzle-orm/pg-core";

export const cancellationPolicies = pgTable("cancellation_policies", { id: integer("id").primaryKey() });

export const terms = pgTable(
  "accommodation_contract_cancellation_terms",
  {
    id: integer("id").primaryKey(),
    first: integer("cancellation_policy_id_first"),
    second: integer("cancellation_policy_id_second"),
  },
  (t) => [
    foreignKey({ name: "terms_first_fk", columns: [t.first], foreignColumns: [cancellationPolicies.id] }),
    foreignKey({ name: "terms_second_fk", columns: [t.second], foreignColumns: [cancellationPolicies.id] }),
    index("terms_first_idx").on(t.first),
    index("terms_second_idx").on(t.second),
  ],
);
