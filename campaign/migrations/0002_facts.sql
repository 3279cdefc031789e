-- Rows that are facts for other streams. Each row is written by one stream, named in `unit`; lots have no owner:
-- all units at which a lot arrives must say the same.

CREATE TABLE lots (
    id TEXT NOT NULL PRIMARY KEY,
    product TEXT NOT NULL,
    lot_no TEXT NOT NULL,
    expiry TEXT NOT NULL
);

CREATE TABLE lot_states (
    lot TEXT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL,
    state TEXT NOT NULL,
    certificate TEXT,
    reason TEXT,
    since BIGINT NOT NULL
);

CREATE TABLE shipments (
    id TEXT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL,
    receiver TEXT NOT NULL,
    dispatched_at BIGINT NOT NULL,
    lines TEXT NOT NULL
);
CREATE INDEX shipments_by_receiver ON shipments (receiver, dispatched_at);

CREATE TABLE people (
    id TEXT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL,
    sealed TEXT NOT NULL,
    registered_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE person_tokens (
    token TEXT NOT NULL,
    person TEXT NOT NULL,
    unit TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (token, person)
);
CREATE INDEX person_tokens_by_person ON person_tokens (person);
CREATE UNIQUE INDEX identity_of_one_person ON person_tokens (token) WHERE kind = 'identity';

CREATE TABLE doses (
    id TEXT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL,
    person TEXT NOT NULL,
    disease TEXT NOT NULL,
    dose_number BIGINT NOT NULL CHECK (dose_number > 0),
    product TEXT NOT NULL,
    lot TEXT NOT NULL,
    injected_at BIGINT NOT NULL,
    day TEXT NOT NULL,
    void BIGINT NOT NULL,
    visit TEXT,
    vial TEXT,
    injected_by TEXT,
    override_reason TEXT
);
CREATE INDEX doses_by_person ON doses (person);
CREATE INDEX doses_by_unit_day ON doses (unit, day);
CREATE INDEX doses_by_lot ON doses (lot);
-- The database has the last word between units: one dose of a number, unless void.
CREATE UNIQUE INDEX one_dose_of_a_number ON doses (person, disease, dose_number) WHERE void = 0;
