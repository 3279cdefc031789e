-- The spines: journal, ledger, command ids, personal data keys. One text for SQLite and PostgreSQL.
-- Types used: TEXT, BIGINT, DOUBLE PRECISION, BYTEA (SQLite takes any type name).

CREATE TABLE entries (
    unit TEXT NOT NULL,
    seq BIGINT NOT NULL CHECK (seq > 0),
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    prev_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (unit, seq)
);

CREATE TABLE heads (
    unit TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL CHECK (seq > 0),
    hash BYTEA NOT NULL,
    -- The head this one replaced: a head moves only from the state its keeper had seen.
    prev_seq BIGINT NOT NULL
);

CREATE TABLE commands (
    id TEXT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL,
    digest BYTEA NOT NULL,
    answer TEXT NOT NULL,
    at BIGINT NOT NULL
);

CREATE TABLE balances (
    unit TEXT NOT NULL,
    account TEXT NOT NULL,
    lot TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    guarded BIGINT NOT NULL,
    PRIMARY KEY (unit, account, lot),
    CONSTRAINT balances_not_negative CHECK (guarded = 0 OR quantity >= 0)
);
CREATE INDEX balances_by_lot ON balances (lot);

CREATE TABLE ledger_entries (
    unit TEXT NOT NULL,
    seq BIGINT NOT NULL,
    line BIGINT NOT NULL,
    lot TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    from_account TEXT NOT NULL,
    to_account TEXT NOT NULL,
    to_unit TEXT NOT NULL,
    reason TEXT NOT NULL,
    reference TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (unit, seq, line)
);

-- Not a projection and not in the journal: destroying a row erases the person.
CREATE TABLE person_keys (
    person TEXT NOT NULL PRIMARY KEY,
    wrapped BYTEA NOT NULL
);
