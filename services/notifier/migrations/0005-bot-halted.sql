-- phase: expand
-- A channel that subscribed to every type there was is notified of halted bots as well.
alter table channels no force row level security;
update channels set events = array_append(events, 'bot.halted')
 where events @> array['server.unreachable', 'trade.closed', 'quota.reached'];
alter table channels force row level security;
