insert into users values (0), (1);
insert into orders values (10, 1);
delete from users where id = 1;
