select email from users;
