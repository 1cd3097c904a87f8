-- Users that identity has told of, for services that must not pay, block or name somebody who does not exist. Accounts
-- never vanish, so a row never has to be looked at again.
CREATE TABLE platform.known_users (
    user_id bigint PRIMARY KEY
);
