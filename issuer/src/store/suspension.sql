-- Version 3: suspending, which can be ended, in the log of revocations. What is revoked is revoked once and for good; a dose may
-- be suspended and restored any number of times.
ALTER TABLE revocations RENAME TO revocations_of_version_2;
CREATE TABLE revocations (
  number   INTEGER NOT NULL PRIMARY KEY,
  at       INTEGER NOT NULL,
  kind     TEXT    NOT NULL CHECK (kind IN ('dose', 'signer', 'site', 'suspension', 'restoration')),
  subject  TEXT    NOT NULL,              -- the dose; the signer or the rule for a site as JSON
  reason   TEXT    NOT NULL,
  previous BLOB    NOT NULL CHECK (length(previous) = 32),
  hash     BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;
INSERT INTO revocations (number, at, kind, subject, reason, previous, hash)
  SELECT number, at, kind, subject, reason, previous, hash FROM revocations_of_version_2;
-- With its triggers.
DROP TABLE revocations_of_version_2;
CREATE UNIQUE INDEX revoked_once ON revocations (kind, subject) WHERE kind IN ('dose', 'signer', 'site');
CREATE INDEX suspended ON revocations (subject, number) WHERE kind IN ('suspension', 'restoration');
CREATE TRIGGER revocations_are_never_changed BEFORE UPDATE ON revocations
  BEGIN SELECT RAISE(ABORT, 'revoking is for good'); END;
CREATE TRIGGER revocations_are_never_removed BEFORE DELETE ON revocations
  BEGIN SELECT RAISE(ABORT, 'revoking is for good'); END;
