import type { JsMsg } from '@nats-io/jetstream';
import { newId } from '@tidegate/database/ids';
import { Log } from '@tidegate/telemetry/log';
import { until } from '@tidegate/testing/until';
import { ConsumerLag } from './consumer-lag.ts';
import { EventLanes } from './event-lanes.ts';
import type { Became, EventTurns } from './event-turns.ts';

function message(sequence: number, nak: (ms?: number) => void = () => {}): JsMsg {
  const envelope = {
    specversion: '1.0',
    id: newId(),
    source: '/tidegate/identity',
    type: 'stand.stepped.v1',
    time: new Date().toISOString(),
    subject: 'one',
    sequence,
    orgid: null,
    datacontenttype: 'application/json',
    data: {},
  };
  return { seq: sequence, time: new Date(), string: () => JSON.stringify(envelope), nak } as unknown as JsMsg;
}

test('an event that cannot be sent back because the connection is closed does not block its lane', async () => {
  const outcomes: Became[] = [1, 'done', 'done'];
  const attempted: number[] = [];
  const attempt = async ({ message }: { message: JsMsg }) => {
    attempted.push(message.seq);
    return outcomes.shift();
  };
  const lanes = new EventLanes({ attempt } as unknown as EventTurns, new ConsumerLag(), new Log());
  const closed = () => {
    throw new Error('closed connection');
  };
  lanes.enter(message(1, closed));
  await until(() => attempted.length === 1);
  await lanes.room(0);
  await new Promise((resolve) => setTimeout(resolve, 5));
  for (const sequence of [1, 2]) lanes.enter(message(sequence));
  await lanes.room(0);
  expect(attempted).toEqual([1, 1, 2]);
  await lanes.stop();
});

test('pauses are whole milliseconds: nats-server forgets one with fractions, and sends the event again at once', async () => {
  const lanes = new EventLanes({ attempt: () => 60_000 } as unknown as EventTurns, new ConsumerLag(), new Log());
  const pauses: unknown[] = [];
  // The first one fails; those that come for its aggregate while it waits are sent back too.
  for (let sequence = 1; sequence < 20; sequence += 1) {
    lanes.enter(message(sequence, (ms) => pauses.push(ms)));
    await until(() => pauses.length === sequence);
  }
  await lanes.stop();
  expect(pauses.filter((ms) => !Number.isInteger(ms))).toEqual([]);
});

test('a clock that was an hour ahead and is set back keeps no event away: pauses are of a clock that nobody sets', async () => {
  const lanes = new EventLanes({ attempt: () => 500 } as unknown as EventTurns, new ConsumerLag(), new Log());
  const pauses: number[] = [];
  const ahead = Date.now() + 3_600_000;
  const clock = vi.spyOn(Date, 'now').mockReturnValue(ahead);
  lanes.enter(message(1, (ms) => pauses.push(ms ?? 0)));
  await until(() => pauses.length === 1);
  clock.mockRestore();
  for (const sequence of [2, 3]) lanes.enter(message(sequence, (ms) => pauses.push(ms ?? 0)));
  await until(() => pauses.length === 3);
  await lanes.stop();
  expect(Math.max(...pauses)).toBeLessThan(1_000);
});

test('the lag is the age of the oldest unsettled event, sent-back ones included, or how long nothing can be fetched', () => {
  const lag = new ConsumerLag();
  const now = Date.now();
  expect(lag.seconds(now)).toBe(0);
  lag.came(7, now - 5_000);
  lag.came(8, now - 3_000);
  expect(lag.seconds(now)).toBe(5);
  lag.settled(7);
  expect(lag.seconds(now)).toBe(3);
  lag.sentBack(8, now);
  expect(lag.seconds(now + 20_000)).toBe(23);
  // It did not return: another process has handled it.
  expect(lag.seconds(now + 31_000)).toBe(0);
  lag.fetching(false, now);
  lag.fetching(false, now + 9_000);
  expect(lag.seconds(now + 10_000)).toBe(10);
  lag.fetching(true);
  expect(lag.seconds(now)).toBe(0);
});
