-- phase: contract, unused since 0.1.0
-- A position is a message: its number, and when the stream took it. A stream that was made anew, or put back to an
-- older state, has another message there, or none; what the server says of the stream's birth changes by itself.
alter table ingest_position add column message_at timestamptz;
alter table ingest_position drop column stream_created;
