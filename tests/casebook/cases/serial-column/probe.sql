-- A number given by hand is taken, and the sequence knows nothing of it.
insert into users values (1, 'Ada');
insert into users (name) values ('Grace');
