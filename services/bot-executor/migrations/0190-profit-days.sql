-- phase: expand
-- What a bot earned on each of its last days, as lists draw it: days since 1970, in UTC as candles are. Trades that the
-- release before closes meanwhile are in the bot's profit and in no day.
create table profit_days (
  org_id uuid not null,
  bot_id uuid not null,
  day int not null,
  profit numeric not null,
  primary key (org_id, bot_id, day),
  foreign key (org_id, bot_id) references bots on delete cascade
);

-- The owner of these tables is bound by their policies only while they are forced.
alter table trades no force row level security;
insert into profit_days (org_id, bot_id, day, profit)
  select org_id, bot_id, day, sum(cash) from (
    select org_id, bot_id, floor(extract(epoch from closed_at) / 86400)::int as day, cash,
           max(floor(extract(epoch from closed_at) / 86400)::int) over (partition by org_id, bot_id) as newest
      from trades where closed_at is not null) t
   where day > newest - 30
   group by 1, 2, 3;
alter table trades force row level security;

select tidegate.protect('profit_days');
