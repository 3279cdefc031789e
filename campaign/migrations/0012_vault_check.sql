-- One row: what the master key makes of a constant, written at the first start. Whoever starts with another key is told.
-- Not a projection.

CREATE TABLE vault_check (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    mac TEXT NOT NULL
);
