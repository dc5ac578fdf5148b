-- phase: contract, unused since 0.1.0
-- What was made since the last look is told by a number that only rises: a clock that was set back would hide new keys.
alter table api_keys add column made bigint generated always as identity;
drop index api_keys_created;
create index api_keys_made on api_keys (made);
