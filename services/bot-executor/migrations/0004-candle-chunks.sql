-- phase: contract, unused since 0.1.0
-- Candles in packed chunks of up to 4,096 neighbours instead of a row each. Bundled ones are loaded again at the start;
-- imported ones have to be imported again.
drop table bundled_candles, imported_candles;

create table bundled_chunks (
  market text not null,
  interval text not null,
  starts_at timestamptz not null,
  last_at timestamptz not null,
  candles int not null,
  -- Prices are whole multiples of so many hundred-millionths of the quote currency.
  step bigint not null,
  blob bytea not null,
  primary key (market, interval, starts_at)
);
alter table bundled_chunks alter column blob set storage external;
comment on table bundled_chunks is 'no-tenant: synthetic candles that come with Tidegate, the same for everybody';

create table imported_chunks (
  org_id uuid not null,
  market text not null,
  interval text not null,
  starts_at timestamptz not null,
  last_at timestamptz not null,
  candles int not null,
  step bigint not null,
  blob bytea not null,
  primary key (org_id, market, interval, starts_at)
);
alter table imported_chunks alter column blob set storage external;
select tidegate.protect('imported_chunks');
