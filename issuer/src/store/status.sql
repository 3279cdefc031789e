-- Version 2: where the status of each certificate stands, and what was revoked. Certificates of version 1 have no place in a
-- status list; what is revoked of them goes into a list of hashes.
ALTER TABLE certificates ADD COLUMN status_list INTEGER CHECK (status_list >= 1);
ALTER TABLE certificates ADD COLUMN status_index INTEGER CHECK (status_index BETWEEN 0 AND 1048575);
-- An index is drawn for one certificate, ever.
CREATE UNIQUE INDEX certificates_by_status ON certificates (status_list, status_index);
CREATE TRIGGER a_place_is_given_once BEFORE UPDATE ON certificates
  WHEN NEW.status_list IS NOT OLD.status_list OR NEW.status_index IS NOT OLD.status_index
  BEGIN SELECT RAISE(ABORT, 'a certificate keeps its place in the status list'); END;

CREATE TABLE status_lists (
  list INTEGER NOT NULL PRIMARY KEY CHECK (list >= 1),
  used INTEGER NOT NULL                   -- how many of its places are given
) STRICT;

-- The log of revocations. Nothing in it can be taken back; dose, signer or site is revoked once.
CREATE TABLE revocations (
  number   INTEGER NOT NULL PRIMARY KEY,
  at       INTEGER NOT NULL,
  kind     TEXT    NOT NULL CHECK (kind IN ('dose', 'signer', 'site')),
  subject  TEXT    NOT NULL,              -- the dose; the signer or the rule for a site as JSON
  reason   TEXT    NOT NULL,
  previous BLOB    NOT NULL CHECK (length(previous) = 32),
  hash     BLOB    NOT NULL CHECK (length(hash) = 32),
  UNIQUE (kind, subject)
) STRICT;
CREATE TRIGGER revocations_are_never_changed BEFORE UPDATE ON revocations
  BEGIN SELECT RAISE(ABORT, 'revoking is for good'); END;
CREATE TRIGGER revocations_are_never_removed BEFORE DELETE ON revocations
  BEGIN SELECT RAISE(ABORT, 'revoking is for good'); END;
