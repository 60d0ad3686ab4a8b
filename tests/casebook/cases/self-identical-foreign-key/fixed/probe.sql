insert into comments values (1, null) returning parent_id;
