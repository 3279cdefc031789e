-- What was withdrawn waits here until the issuer has revoked it.

CREATE INDEX certificates_to_revoke ON certificates (requested_at) WHERE state = 'withdrawn';
