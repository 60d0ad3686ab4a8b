import { index, integer, pgTable, timestamp } from "drizzle-orm/pg-core";

export const bookings = pgTable(
  "bookings",
  { id: integer("id").primaryKey(), createdAt: timestamp("created_at", { withTimezone: true }), hotelId: integer("hotel_id") },
  (t) => [
    index("bookings_of_a_hotel_in_the_order_in_which_they_were_made_at_first_idx").on(t.hotelId, t.createdAt), //~ identifier-too-long
  ],
);
