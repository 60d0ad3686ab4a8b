insert into users (name) values ('Grace') returning id;
