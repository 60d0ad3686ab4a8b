import { index, integer, pgTable, primaryKey } from "drizzle-orm/pg-core";

export const rooms = pgTable("rooms", { hotelId: integer("hotel_id"), number: integer("number") }, (t) => [
  primaryKey({ columns: [t.hotelId, t.number] }),
]);

export const bookings = pgTable(
  "bookings",
  {
    id: integer("id").primaryKey(),
    room: integer("room").references(() => rooms.number), //~ foreign-key-target-not-unique
  },
  (t) => [index("bookings_room_idx").on(t.room)],
);
