-- phase: expand
-- A channel that subscribed to every type there was is notified of invoices and orders of plans as well.
alter table channels no force row level security;
update channels set events = events || array['invoice.due', 'plan.decided', 'plan.ordered']
 where events @> array['server.unreachable', 'trade.closed', 'quota.reached', 'bot.halted'];
alter table channels force row level security;
