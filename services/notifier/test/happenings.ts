import { invoiceReminder } from '@tidegate/contracts/billing/invoices';
import { planOrderDecided, planOrdered } from '@tidegate/contracts/billing/subscriptions';
import { botWasHalted } from '@tidegate/contracts/bot-executor/bots';
import { tradeClosed } from '@tidegate/contracts/bot-executor/trades';
import { serverUnreachable } from '@tidegate/contracts/monitor-agent/server';
import { quotaReached } from '@tidegate/contracts/usage/quota';
import { newId } from '@tidegate/database/ids';
import type { NotifierWorld } from './fixture.ts';

/* What channels can subscribe to, as the other services emit it. */
const now = () => new Date().toISOString();

export function serverLost(
  world: NotifierWorld,
  orgId: string,
  name = 'orders-db',
  eventId = newId(),
  time = new Date(),
) {
  const data = { serverId: newId(), name, since: now(), code: 'connection_refused' };
  return world.happens(serverUnreachable, data, { orgId, eventId, time });
}

export function tradeDone(world: NotifierWorld, orgId: string) {
  const data = {
    tradeId: newId(),
    botId: newId(),
    botName: 'Morning BTC',
    market: 'BTC/USDT',
    direction: 'long' as const,
    profit: '12.50',
    profitPercent: '1.25',
    currency: 'USDT',
    closedAt: now(),
  };
  return world.happens(tradeClosed, data, { orgId });
}

export function botHalted(world: NotifierWorld, orgId: string) {
  const halted = { reason: 'ordersRejected' as const, message: 'Five orders in a row were rejected.', at: now() };
  return world.happens(botWasHalted, { botId: newId(), name: 'Morning BTC', halted }, { orgId });
}

export function quotaFilled(world: NotifierWorld, orgId: string) {
  const data = { orgId, meter: 'api_calls', limit: 1000, used: 801, percent: 80 as const };
  return world.happens(quotaReached, { ...data, periodStart: now(), periodEnd: now() }, { orgId });
}

export function invoiceOverdue(world: NotifierWorld, orgId: string) {
  const zero = { discountMinor: 0, taxMinor: 0, fromBalanceMinor: 0, creditedMinor: 0 };
  const none = { issuedAt: null, paidAt: null, url: null, pdfUrl: null, customer: null };
  const period = { periodStart: now(), periodEnd: now(), dueAt: '2026-11-20T10:05:00.000Z' };
  const sums = { subtotalMinor: 4900, totalMinor: 4900, dueMinor: 4900, currency: 'EUR' };
  const invoice = { id: newId(), number: '2026-000042', provider: 'manual' as const, status: 'open' as const };
  const dates = { readOnlyAt: '2026-11-27T10:05:00.000Z', unpaidAt: '2026-12-27T10:05:00.000Z' };
  const data = {
    orgId,
    by: 'schedule',
    daysOverdue: 3,
    ...dates,
    invoice: { ...invoice, ...zero, ...none, ...period, ...sums },
  };
  return world.happens(invoiceReminder, data, { orgId });
}

const order = { product: 'bots', plan: 'free', planName: 'Free', by: 'somebody' };

export const orderDecided = (world: NotifierWorld, orgId: string, approved: boolean) =>
  world.happens(planOrderDecided, { orgId, ...order, approved, reason: 'as agreed' }, { orgId });

export const orderPlaced = (world: NotifierWorld, orgId: string) =>
  world.happens(planOrdered, { orgId, ...order }, { orgId });
