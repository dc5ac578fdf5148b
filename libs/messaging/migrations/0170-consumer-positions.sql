-- phase: expand
-- How far a consumer has settled everything, by nats-server's own word: where it loses that, as 2.9 does on a full disk, it sends
-- the whole stream again.
create table consumer_positions (
  consumer text primary key,
  sequence bigint not null,
  -- Nothing up to the sequence was sent after it, so that the numbers of a stream made anew are not taken for these.
  sent_at timestamptz not null
);
comment on table consumer_positions is 'no-tenant: a row a consumer';
