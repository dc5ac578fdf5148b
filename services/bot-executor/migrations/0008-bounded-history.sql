-- A bot keeps its newest orders with their trades and fills; of older ones the sums stay.
alter table bots
  add column orders_kept int not null default 0,
  add column forgotten jsonb not null default '{}';
update bots b set orders_kept = (select count(*) from orders o where o.org_id = b.org_id and o.bot_id = b.id);
