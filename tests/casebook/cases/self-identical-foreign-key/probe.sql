-- Nothing is checked: there is no comment 99.
insert into comments values (1, 99) returning parent_id;
