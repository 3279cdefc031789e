-- The issuer's own store. Personal data (facts' digest, to-be-signed bytes, texts) is sealed or keyed; the log names no person.
CREATE TABLE doses (
  dose   TEXT    NOT NULL PRIMARY KEY,
  unit   TEXT    NOT NULL,
  day    INTEGER NOT NULL,                -- day of the first request in Viet Nam, days since 1970-01-01
  facts  BLOB    NOT NULL CHECK (length(facts) = 32)  -- HMAC-SHA-256 of the dose facts
) STRICT;
CREATE INDEX doses_by_unit_and_day ON doses (unit, day);

CREATE TABLE certificates (
  dose         TEXT    NOT NULL REFERENCES doses (dose),
  profile      TEXT    NOT NULL CHECK (profile IN ('national', 'eu-dcc')),
  uvci         TEXT    NOT NULL UNIQUE,
  kid          BLOB    NOT NULL CHECK (length(kid) = 8),
  issued_at    INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  to_be_signed BLOB    NOT NULL,          -- sealed; recorded before any signature is made
  text         BLOB,                      -- sealed; present once released
  log_index    INTEGER UNIQUE REFERENCES log (log_index),
  PRIMARY KEY (dose, profile),
  CHECK ((text IS NULL) = (log_index IS NULL))
) STRICT;

CREATE TABLE log (
  log_index INTEGER NOT NULL PRIMARY KEY,
  at        INTEGER NOT NULL,
  dose      TEXT    NOT NULL,
  unit      TEXT    NOT NULL,
  profile   TEXT    NOT NULL,
  uvci      TEXT    NOT NULL UNIQUE,
  kid       BLOB    NOT NULL,
  to_be_signed BLOB NOT NULL,             -- SHA-256
  text      BLOB    NOT NULL,             -- SHA-256
  expires_at INTEGER NOT NULL,
  previous  BLOB    NOT NULL CHECK (length(previous) = 32),
  hash      BLOB    NOT NULL CHECK (length(hash) = 32),
  UNIQUE (dose, profile)
) STRICT;

CREATE TABLE identity (
  only   INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
  log_id BLOB    NOT NULL CHECK (length(log_id) = 16)
) STRICT;

CREATE TRIGGER log_is_never_changed BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_is_never_shortened BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER certificates_are_kept BEFORE DELETE ON certificates
  BEGIN SELECT RAISE(ABORT, 'certificates are kept'); END;
CREATE TRIGGER what_was_recorded_stays BEFORE UPDATE ON certificates
  WHEN OLD.text IS NOT NULL OR NEW.to_be_signed IS NOT OLD.to_be_signed OR NEW.uvci IS NOT OLD.uvci
    OR NEW.kid IS NOT OLD.kid OR NEW.issued_at IS NOT OLD.issued_at OR NEW.expires_at IS NOT OLD.expires_at
  BEGIN SELECT RAISE(ABORT, 'a record is completed once and never changed'); END;
CREATE TRIGGER doses_are_kept BEFORE DELETE ON doses BEGIN SELECT RAISE(ABORT, 'doses are kept'); END;
CREATE TRIGGER facts_stay BEFORE UPDATE ON doses BEGIN SELECT RAISE(ABORT, 'facts are recorded once'); END;
