-- phase: expand
-- A channel that subscribed to every type there was is notified of packages that are not bought by themselves any more.
alter table channels no force row level security;
update channels set events = events || array['top_up.stopped']
 where events @> array['server.unreachable', 'trade.closed', 'quota.reached', 'bot.halted', 'invoice.due', 'plan.decided',
                       'plan.ordered', 'seats.stopped', 'payment.disputed'];
alter table channels force row level security;
