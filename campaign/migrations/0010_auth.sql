-- Accounts and grants are projections of the national stream; credentials and sessions are not, and are never replayed.

CREATE TABLE accounts (
    account TEXT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL,
    name TEXT NOT NULL,
    closed BIGINT NOT NULL
);

CREATE TABLE grants (
    account TEXT NOT NULL,
    role TEXT NOT NULL,
    at_unit TEXT NOT NULL,
    unit TEXT NOT NULL,
    PRIMARY KEY (account, role, at_unit)
);

CREATE TABLE credentials (
    account TEXT NOT NULL PRIMARY KEY,
    password TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- Only a hash of the token stands here: a stolen database opens no session.
CREATE TABLE sessions (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
