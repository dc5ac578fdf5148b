-- phase: expand
-- How far the stream of usage has been counted, and which replica counts now. Every message up to `sequence` is
-- committed. A stream that was made anew counts its messages from 1 again, so its birth is part of the position.
create table ingest_position (
  stream text primary key,
  stream_created text not null default '',
  sequence bigint not null default 0,
  holder uuid,
  held_until timestamptz not null default '-infinity'
);
insert into ingest_position (stream) values ('USAGE');
comment on table ingest_position is 'no-tenant: one row for the whole stream';
