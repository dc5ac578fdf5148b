import { chance, DAY_MS, demoId, HOUR_MS } from '@tidegate/contracts/kernel/demo-shape';
import type { DeliveryError } from '@tidegate/contracts/notifier/deliveries';
import type { NoticeType } from '@tidegate/contracts/notifier/notices';

export interface MadeUpChannel {
  id: string;
  name: string;
  /** Of a domain that nobody can have. */
  target: string;
  events: NoticeType[];
}

export interface MadeUpDelivery {
  id: string;
  channelId: string;
  event: NoticeType;
  body: string;
  error: DeliveryError | null;
  attempts: number;
  at: Date;
}

export function channelsOf(orgId: string): [MadeUpChannel, MadeUpChannel, MadeUpChannel] {
  const id = (name: string) => demoId(orgId, name, Date.UTC(2026, 0, 1));
  return [
    {
      id: id('on call'),
      name: 'On call',
      target: 'oncall@harbour-coffee.example',
      events: ['server.unreachable', 'bot.halted'],
    },
    {
      id: id('trading desk'),
      name: 'Trading desk',
      target: 'desk@harbour-coffee.example',
      events: ['trade.closed', 'bot.halted'],
    },
    {
      id: id('finance'),
      name: 'Finance',
      target: 'finance@harbour-coffee.example',
      events: ['quota.reached', 'invoice.due'],
    },
  ];
}

/** Some a day, most of them trades; now and then a receiver was away. Of each day up to the given instant. */
export function deliveriesOf(orgId: string, from: number, until: number): MadeUpDelivery[] {
  const [onCall, desk, finance] = channelsOf(orgId);
  const found: MadeUpDelivery[] = [];
  for (let day = Math.floor(from / DAY_MS) * DAY_MS; day < until; day += DAY_MS) {
    const at = (name: string) => day + Math.floor(chance(name, day) * 24 * HOUR_MS);
    for (let number = 0; number < 2 + Math.floor(chance('trades', day) * 4); number += 1)
      found.push(trade(orgId, desk.id, at(`trade ${number}`)));
    if (chance('outage', day) < 0.12) found.push(outage(orgId, onCall.id, at('outage at')));
    if (chance('quota', day) < 0.08) found.push(quota(orgId, finance.id, at('quota at')));
  }
  return found.filter(({ at }) => at.getTime() >= from && at.getTime() < until);
}

const delivered = { error: null, attempts: 1 };

function trade(orgId: string, channelId: string, at: number): MadeUpDelivery {
  const profit = (chance('profit', at) * 3 - 0.4).toFixed(2);
  const data = {
    tradeId: demoId(orgId, 'trade', at),
    botId: demoId(orgId, 'bot', 0),
    botName: 'BTC dips',
    market: 'BTC-USDT',
    direction: 'long',
    profit,
    profitPercent: profit,
    currency: 'USDT',
    closedAt: new Date(at).toISOString(),
  };
  const failed = chance('failed', at) < 0.04;
  return {
    ...made(orgId, channelId, 'trade.closed', data, at),
    ...(failed ? { error: 'smtp_refused', attempts: 8 } : delivered),
  };
}

const outage = (orgId: string, channelId: string, at: number): MadeUpDelivery => ({
  ...made(orgId, channelId, 'server.unreachable', outageData(orgId, at), at),
  ...delivered,
});

const outageData = (orgId: string, at: number) => ({
  serverId: demoId(orgId, 'server', 0),
  name: 'reporting replica',
  since: new Date(at - 90_000).toISOString(),
  code: 'timeout',
});

const quota = (orgId: string, channelId: string, at: number): MadeUpDelivery => ({
  ...made(orgId, channelId, 'quota.reached', quotaData(at), at),
  ...delivered,
});

const quotaData = (at: number) => ({
  meter: 'api_calls',
  limit: 10_000_000,
  used: 8_000_000,
  percent: 80,
  periodStart: new Date(at - 20 * DAY_MS).toISOString(),
  periodEnd: new Date(at + 10 * DAY_MS).toISOString(),
});

const made = (orgId: string, channelId: string, event: NoticeType, data: object, at: number) => ({
  id: demoId(orgId, event, at),
  channelId,
  event,
  body: JSON.stringify({ type: event, timestamp: new Date(at).toISOString(), data }),
  at: new Date(at),
});
