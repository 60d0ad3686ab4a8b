import { index, integer, pgTable } from "drizzle-orm/pg-core";

export const cancellationPolicies = pgTable("cancellation_policies", { id: integer("id").primaryKey() });

export const terms = pgTable(
  "accommodation_contract_cancellation_terms",
  {
    id: integer("id").primaryKey(),
    first: integer("cancellation_policy_id_first").references(() => cancellationPolicies.id), //~ identifier-too-long
    second: integer("cancellation_policy_id_second").references(() => cancellationPolicies.id), //~ identifier-too-long
  },
  (t) => [index("terms_first_idx").on(t.first), index("terms_second_idx").on(t.second)],
);
