-- phase: contract, unused since 0.1.0
-- Identities are random, so that an event more touches a page of its own wherever in their index it falls. They are kept in
-- generations by arrival: all new ones go into the open one, whose index is small enough to stay in memory whatever lies
-- behind it. A closed one never gains a row, so each process keeps a filter over what it holds, and looks for an event in
-- it only where the filter says that it may be there. Expiry drops a generation as a whole.
--
-- A generation is closed as periods are changed: while nobody counts (begin_period_change). So whoever counts has one open
-- generation until its transaction ends, sees every row of the closed ones, and its unique index decides between two that
-- count the same event at once. No clock has a part in it.
create table usage_identity_generations (
  generation int primary key,
  opened_at timestamptz not null default now(),
  -- null: the open one
  closed_at timestamptz
);
comment on table usage_identity_generations is 'no-tenant: one row for each partition of usage_identities';
create unique index on usage_identity_generations ((true)) where closed_at is null;

-- Of every identity of a closed generation four bytes of the organisation and four of the key: what filters are made of.
create table usage_identity_prints (
  generation int primary key references usage_identity_generations on delete cascade,
  prints bytea not null
);
alter table usage_identity_prints alter column prints set storage external;
comment on table usage_identity_prints is 'no-tenant: parts of hashes, of all organisations together';

-- What there is becomes the first generation as it is.
alter table usage_identities rename to usage_identities_0;
alter table usage_identities_0 drop constraint usage_identities_pkey;
alter table usage_identities_0 add column generation int not null default 0;
drop index usage_identities_seen_idx;
create table usage_identities (
  org_id uuid not null,
  key uuid not null,
  -- of meter and quantity: the same id with another content is a conflict and not a duplicate
  digest int not null,
  seen date not null,
  -- when the event happened; null: counted before that was stored
  at timestamptz,
  generation int not null,
  primary key (org_id, key, generation)
) partition by range (generation);
select tidegate.protect('usage_identities', 'ingest');
alter table usage_identities attach partition usage_identities_0 for values from (0) to (1);
insert into usage_identity_generations (generation) values (0);

-- Closes the open generation when it is large enough, or old and not empty, and opens the next. False: not yet.
create function turn_identities(most_bytes bigint, most_age interval) returns boolean
language plpgsql security definer set search_path from current as $$
declare
  closing usage_identity_generations;
  size bigint;
  child text;
begin
  select * into closing from usage_identity_generations where closed_at is null;
  size := pg_relation_size(to_regclass(quote_ident('usage_identities_' || closing.generation)));
  if size = 0 or (size < most_bytes and closing.opened_at > now() - most_age) then return false; end if;
  perform begin_period_change();
  update usage_identity_generations set closed_at = now()
   where generation = closing.generation and closed_at is null;
  -- Another replica was first.
  if not found then return false; end if;
  child := 'usage_identities_' || closing.generation + 1;
  execute format('create table %I partition of usage_identities for values from (%s) to (%s)', child,
    closing.generation + 1, closing.generation + 2);
  execute format('alter table %I enable row level security', child);
  execute format('alter table %I force row level security', child);
  execute format('revoke all on %I from public', child);
  insert into usage_identity_generations (generation) values (closing.generation + 1);
  return true;
end $$;

-- Drops the oldest generation that was closed so long ago; false when there was none.
create function drop_identity_generation(keep_days int) returns boolean
language plpgsql security definer set search_path from current as $$
declare
  expired int;
begin
  select min(generation) into expired from usage_identity_generations
   where closed_at < now() - keep_days * interval '1 day';
  if expired is null then return false; end if;
  execute format('drop table %I', 'usage_identities_' || expired);
  delete from usage_identity_generations where generation = expired;
  return true;
end $$;
