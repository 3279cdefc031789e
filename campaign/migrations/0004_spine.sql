-- Supply, visits and certificates: rows that only their own unit's stream writes, for desks and jobs to read.

CREATE TABLE consignments (
    id TEXT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL,
    supplier TEXT NOT NULL,
    source TEXT NOT NULL,
    documents TEXT NOT NULL,
    arrived_at BIGINT NOT NULL,
    lines TEXT NOT NULL
);
CREATE INDEX consignments_by_unit ON consignments (unit, arrived_at);

CREATE TABLE inspections (
    consignment TEXT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL,
    inspected_at BIGINT NOT NULL,
    inspector TEXT NOT NULL,
    temperature_log_ok BIGINT NOT NULL,
    vvm TEXT NOT NULL,
    decision TEXT NOT NULL,
    note TEXT NOT NULL,
    lines TEXT NOT NULL
);

CREATE TABLE waybills (
    shipment TEXT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL,
    carrier TEXT NOT NULL,
    vehicle TEXT NOT NULL,
    seal TEXT NOT NULL,
    band_min BIGINT NOT NULL,
    band_max BIGINT NOT NULL
);

CREATE TABLE receipts (
    shipment TEXT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    received_by TEXT NOT NULL,
    note TEXT NOT NULL,
    lines TEXT NOT NULL
);

CREATE TABLE visits (
    id TEXT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL,
    person TEXT NOT NULL,
    day TEXT NOT NULL,
    checked_in_at BIGINT NOT NULL,
    stage TEXT NOT NULL,
    conclusion TEXT,
    doctor TEXT,
    until_day TEXT,
    dose TEXT,
    updated_at BIGINT NOT NULL
);
CREATE INDEX visits_by_unit_day ON visits (unit, day);
CREATE INDEX visits_by_person ON visits (person);

CREATE TABLE vials (
    id TEXT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL,
    lot TEXT NOT NULL,
    product TEXT NOT NULL,
    doses BIGINT NOT NULL,
    max_yield BIGINT NOT NULL,
    drawn BIGINT NOT NULL CHECK (drawn >= 0 AND drawn <= max_yield),
    opened_at BIGINT NOT NULL,
    opened_by TEXT NOT NULL,
    discard_at BIGINT NOT NULL,
    closed TEXT
);
CREATE INDEX vials_by_unit ON vials (unit, opened_at);

CREATE TABLE certificates (
    dose TEXT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL,
    person TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    requested_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    sealed TEXT,
    uvci_hashes TEXT,
    problem_code TEXT,
    problem_detail TEXT
);
CREATE INDEX certificates_by_person ON certificates (person);
CREATE INDEX certificates_to_ask ON certificates (requested_at) WHERE state = 'requested';
