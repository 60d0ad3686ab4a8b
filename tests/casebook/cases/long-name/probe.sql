select indexname from pg_indexes where tablename = 'bookings' and indexname like '%order%';
