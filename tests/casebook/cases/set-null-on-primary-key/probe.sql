insert into users values (1);
insert into memberships values (10, 1);
delete from users;
