-- phase: contract, unused since 0.1.0
-- A link is a key that reads one thing of its organisation and nothing else: it is verified, expires and ends with its
-- maker's membership as every key does.
alter table api_keys
  add column only_kind text check (only_kind in ('server', 'bot')),
  add column only_id uuid,
  add constraint api_keys_one_thing check ((only_kind is null) = (only_id is null));
