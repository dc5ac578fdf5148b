-- phase: expand
-- What statements counted, for as long as plans keep it (monitoring.md 3.4). Samples of an hour that is over move here
-- as a block; when a day is two days old its hours become one block of the day. A block is a few rows: this one with
-- the times of its looks and the sums of its statements, and packs with every statement's figures at every look. The
-- blobs are columns as in series-codec.rules.ts. What came late makes a block of its own: parts only ever add up.
create table statement_blocks (
  org_id uuid not null,
  server_id uuid not null,
  day date not null,
  part int not null,
  -- Of the day in UTC; null when the block is of the whole day.
  hour smallint,
  first_at timestamptz not null,
  last_at timestamptz not null,
  looks int not null,
  span_us bigint not null,
  gaps int not null,
  resets int not null,
  lost_us bigint not null,
  evictions bigint not null,
  -- Time that sessions were active, by hour of the day: the measure of how much the statements explain.
  active_us bigint[] not null,
  look_blob bytea not null,
  sum_blob bytea not null,
  primary key (org_id, server_id, day, part)
) partition by range (day);
select tidegate.protect('statement_blocks');

-- Statements with many looks have a pack each, under their number; the others share packs with negative numbers.
create table statement_packs (
  org_id uuid not null,
  server_id uuid not null,
  day date not null,
  part int not null,
  pack bigint not null,
  points int not null,
  blob bytea not null,
  -- Of a statement with a pack of its own: its sums hour by hour, for long steps and long ranges.
  hour_blob bytea,
  primary key (org_id, server_id, day, part, pack)
) partition by range (day);
select tidegate.protect('statement_packs');

-- Packs of the hours until their day becomes one block: by day, so that nothing is left of them when they have moved.
create table statement_hour_packs (
  org_id uuid not null,
  server_id uuid not null,
  hour timestamptz not null,
  part int not null,
  pack bigint not null,
  points int not null,
  blob bytea not null,
  hour_blob bytea check (hour_blob is null),
  primary key (org_id, server_id, hour, part, pack)
) partition by range (hour);
select tidegate.protect('statement_hour_packs');

-- Compressed already: trying again would only take time.
alter table statement_blocks alter look_blob set storage external, alter sum_blob set storage external;
alter table statement_packs alter blob set storage external, alter hour_blob set storage external;
alter table statement_hour_packs alter blob set storage external;
