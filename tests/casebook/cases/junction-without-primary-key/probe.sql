-- The same membership twice.
insert into users values (1);
insert into teams values (2);
insert into memberships values (1, 2), (1, 2);
