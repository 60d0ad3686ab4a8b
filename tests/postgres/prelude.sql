-- What a schema may take for granted: the roles, functions and the user table of a Supabase database.
create role anon; create role authenticated; create role service_role;
create schema auth;
create table auth.users (id uuid primary key, email text);
create function auth.uid() returns uuid language sql stable as $$ select null::uuid $$;
create function auth.jwt() returns jsonb language sql stable as $$ select null::jsonb $$;
create function auth.role() returns text language sql stable as $$ select null::text $$;
