-- phase: expand
-- Signing keys are sealed for their very row now. The next start makes a new one; access tokens live five minutes, and
-- sessions go on with their refresh tokens.
delete from signing_keys;
