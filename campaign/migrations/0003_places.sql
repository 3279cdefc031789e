-- Organisation units, each row by the office that opened it (`unit`). Administrative units are reference data of the
-- program and have no table; a code never stands without its code set.

CREATE TABLE units (
    id TEXT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL,
    kind TEXT NOT NULL,
    tier TEXT,
    form TEXT,
    name TEXT NOT NULL,
    name_en TEXT,
    code_set TEXT,
    code TEXT,
    province TEXT,
    parent TEXT,
    supplied_by TEXT,
    lat DOUBLE PRECISION,
    lon DOUBLE PRECISION,
    reception BIGINT,
    screening BIGINT,
    injection BIGINT,
    observation BIGINT,
    status TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    CHECK ((code_set IS NULL) = (code IS NULL)),
    CHECK ((lat IS NULL) = (lon IS NULL))
);
CREATE INDEX units_by_province ON units (province, kind);
CREATE INDEX units_by_parent ON units (parent);
