-- phase: expand
-- A channel that subscribed to every type there was is notified of members that are not bought any more and of disputes.
alter table channels no force row level security;
update channels set events = events || array['seats.stopped', 'payment.disputed']
 where events @> array['server.unreachable', 'trade.closed', 'quota.reached', 'bot.halted', 'invoice.due', 'plan.decided',
                       'plan.ordered'];
alter table channels force row level security;
