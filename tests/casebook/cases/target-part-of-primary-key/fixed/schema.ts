import { foreignKey, index, integer, pgTable, primaryKey } from "drizzle-orm/pg-core";

export const rooms = pgTable("rooms", { hotelId: integer("hotel_id"), number: integer("number") }, (t) => [
  primaryKey({ columns: [t.hotelId, t.number] }),
]);

export const bookings = pgTable(
  "bookings",
  {
    id: integer("id").primaryKey(),
    hotelId: integer("hotel_id"),
    room: integer("room"),
  },
  (t) => [
    foreignKey({ columns: [t.hotelId, t.room], foreignColumns: [rooms.hotelId, rooms.number] }),
    index("bookings_room_idx").on(t.hotelId, t.room),
  ],
);
