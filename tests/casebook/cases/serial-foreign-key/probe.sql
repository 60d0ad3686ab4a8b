-- Whose order is it? Nobody said.
insert into users values (1);
insert into orders (id) values (10) returning user_id;
