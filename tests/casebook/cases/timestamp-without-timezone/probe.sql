-- Five hours ahead of Greenwich, says the writer.
set timezone = 'UTC';
insert into events values (1, '2026-06-01 12:00:00+05') returning "at"::text;
