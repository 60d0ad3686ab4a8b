-- What Drizzle cannot write: cases 5 and 11 (INCLUDE), an index whose building failed, and names that need quotes.
-- Only the catalogue query and the planner are compared here.
create table one (a integer primary key);
create table two (a integer, b integer, primary key (a, b));

create table case5 (a integer, b integer, foreign key (a, b) references two);
create index i5 on case5 (a) include (b);
create table case11 (a integer references one, z integer);
create index i11 on case11 (z) include (a);

create table more_included (a integer references one, z integer);
create index more_included_index on more_included (a) include (z);
create table invalid (a integer references one);
create index invalid_index on invalid (a);
update pg_index set indisvalid = false where indexrelid = 'invalid_index'::regclass;
create table "Quoted ""name""" ("The Key" integer references one);
create index on "Quoted ""name""" ("The Key") where "The Key" is not null;
create table both_said (a integer, b integer, foreign key (a, b) references two);
create index on both_said (b, a) where a is not null and b is not null;
create table too_much_said (a integer references one, z integer);
create index on too_much_said (a) where a is not null and z is not null;
create table expression_second (a integer, b integer, foreign key (a, b) references two);
create index on expression_second (a, (b + 0));
