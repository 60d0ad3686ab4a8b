insert into users values (1);
insert into orders values (10, 1);
delete from users;
