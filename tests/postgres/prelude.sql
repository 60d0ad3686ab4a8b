-- What a schema may take for granted: the roles, functions and the user table of a Supabase database.
create role anon; create role authenticated; create role service_role;
create schema auth;
create table auth.users (id uuid primary key, email text);
create function auth.uid() returns uuid language sql stable as $$ select null::uuid $$;
create function auth.jwt() returns jsonb language sql stable as $$ select null::jsonb $$;
create function auth.role() returns text language sql stable as $$ select null::text $$;

-- The extensions that come with PostgreSQL, and stand-ins for the types of pgvector: texts that take a length.
create extension "uuid-ossp"; create extension pgcrypto; create extension citext;
create extension pg_trgm; create extension btree_gin; create extension btree_gist; create extension unaccent;
create function length_in(cstring[]) returns integer language internal immutable strict as 'varchartypmodin';
do $$
declare name text;
begin
  foreach name in array array['vector', 'halfvec', 'sparsevec', 'geometry'] loop
    execute format('create type %I', name);
    execute format('create function %I(cstring) returns %I language internal immutable strict as ''textin''', name || '_in', name);
    execute format('create function %I(%I) returns cstring language internal immutable strict as ''textout''', name || '_out', name);
    execute format('create type %I (input = %I, output = %I, typmod_in = length_in, like = text)', name, name || '_in', name || '_out');
  end loop;
end $$;

-- What single repositories take from elsewhere (the-dmz, midday): only the signatures matter.
create function uuid_generate_v7() returns uuid language sql volatile as 'select gen_random_uuid()';
create function extract_product_names(json) returns text language sql immutable as 'select null::text';
create function generate_inbox(integer) returns text language sql volatile as 'select null::text';
create function generate_inbox_fts(text, text) returns tsvector language sql immutable as 'select null::tsvector';
create function nanoid(integer) returns text language sql volatile as 'select null::text';
