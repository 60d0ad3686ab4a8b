-- A role that may read tables, as Supabase's roles may.
insert into notes values (1, 'secret');
set role pg_read_all_data;
select note from notes;
