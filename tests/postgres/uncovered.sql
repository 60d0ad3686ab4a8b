-- Lists the foreign keys of a database that no index covers, straight from the system catalogues.
--
-- It is written from the definition (rules/unindexed_foreign_key.md) and shares nothing with schemalint, so that the two
-- can be compared. It stands alone: psql -f uncovered.sql. One row per list of columns; a column of the result is one word
-- of a finding: `orders.user_id`, `shop.orders.user_id` outside the schema public, `orders(tenant_id, user_id)` for several.

with foreign_key as (
  select distinct
    conrelid as child, conkey::int[] as columns, cardinality(conkey) as n,
    confrelid as parent, confkey::int[] as parent_columns
  from pg_constraint
  where contype = 'f' and conparentid = 0 -- not the copies that partitions inherit
),

-- What one index can look up. Only the first `indnkeyatts` columns are keys, the rest are INCLUDE. An expression has number 0.
usable_index as (
  select
    i.indrelid as child,
    a.amname as method,
    (i.indkey::int[])[0 : i.indnkeyatts - 1] as keys,
    -- The predicate as text, one element for every condition: {"deleted_at IS NULL", "user_id IS NOT NULL"}.
    array(
      select btrim(condition, '()')
      from regexp_split_to_table(pg_get_expr(i.indpred, i.indrelid), ' AND ') as condition
      where i.indpred is not null
    ) as conditions
  from pg_index i
  join pg_class c on c.oid = i.indexrelid
  join pg_am a on a.oid = c.relam
  where i.indisvalid and i.indisready
),

-- The columns that identify a row: those of a whole unique index.
identity as (
  select indrelid as relation, (indkey::int[])[0 : indnkeyatts - 1] as columns
  from pg_index
  where indisunique and indpred is null and 0 <> all (indkey::int[])
),

-- The first keys of an index, as long as they are columns of the foreign key, and the columns of the parent that those
-- stand for. (indkey counts from 0, and so does the slice above.)
prefix as (
  select f.child, f.columns, f.parent, f.n, i.method, i.conditions, l.first, l.referred
  from foreign_key f
  join usable_index i on i.child = f.child
  cross join lateral (
    select array_agg(k) as first, array_agg(f.parent_columns[array_position(f.columns, k)]) as referred
    from unnest(i.keys) with ordinality as u (k, place)
    where place < all (
      select o.place from unnest(i.keys) with ordinality as o (k, place) where o.k <> all (f.columns)
    )
  ) as l
  where l.first is not null
),

covered as (
  select child, columns
  from prefix
  where (method = 'btree' or (method = 'hash' and n = 1))
    -- All n columns, in any order; or fewer that identify a row of the parent or of the child.
    and (
      first @> columns
      or exists (select 1 from identity where relation = parent and identity.columns <@ referred)
      or exists (select 1 from identity where relation = child and identity.columns <@ first)
    )
    -- Every condition of the predicate only says that one of these columns is not null.
    and conditions <@ array(
      select format('%I IS NOT NULL', attname)
      from pg_attribute
      where attrelid = child and attnum = any (columns)
    )
)

select distinct
  case nspname when 'public' then '' else nspname || '.' end || relname
    || case n when 1 then '.' || names else '(' || names || ')' end as uncovered
from foreign_key f
join pg_class c on c.oid = f.child
join pg_namespace s on s.oid = c.relnamespace
cross join lateral (
  select string_agg(attname, ', ' order by place) as names
  from unnest(f.columns) with ordinality as u (number, place)
  join pg_attribute on attrelid = f.child and attnum = number
) as l
where not exists (select 1 from covered v where v.child = f.child and v.columns = f.columns)
order by 1;
