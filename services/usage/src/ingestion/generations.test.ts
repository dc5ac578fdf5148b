import { correctUsage } from '@tidegate/contracts/usage/corrections';
import type { UsageEvent } from '@tidegate/contracts/usage/event';
import { ingestUsage } from '@tidegate/contracts/usage/usage';
import type { Tx } from '@tidegate/database/tx';
import { described, type Fixture, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { CorrectUsage } from '../corrections/correct-usage.ts';
import { findGenerations, readPrints, storePrints, turnIdentities } from '../kernel/usage-identity.rows.ts';
import { saveMeters } from '../meters/meter.rows.ts';
import { IngestUsage } from './ingest-usage.ts';
import { TurnIdentities } from './turn-identities.loop.ts';

let usage: Fixture;
const noBus = undefined as never;
beforeAll(async () => {
  usage = await openUsage();
  const meters = [described('people', { aggregate: 'unique' }), described('gb', { aggregate: 'time_weighted' })];
  await usage.tenants.as({}, (tx) => saveMeters(tx, meters));
});
afterAll(() => usage.close());

async function newOrg(): Promise<string> {
  const entitlements = snapshot();
  const { calls } = entitlements.features;
  if (calls) Object.assign(entitlements.features, { people: calls, gb: calls });
  await usage.storeSnapshot(entitlements);
  return entitlements.orgId;
}
const event = (org: string, id: string, given: Partial<UsageEvent> = {}): UsageEvent => ({
  ...{ id, org, meter: 'calls', quantity: 1, at: new Date().toISOString(), source: 'test' },
  ...given,
});
/** Closes what is open, however little is in it. */
const turn = () => usage.tenants.system('ingest', (tx) => turnIdentities(tx, { bytes: 1 }));
const balance = async (org: string): Promise<number> => {
  const sum = 'select coalesce(sum(used), 0)::int as used from usage_balances where org_id = $1';
  return (await usage.tenants.read(org, (tx) => tx.one<{ used: number }>(sum, [org])))?.used ?? 0;
};
const yesterday = () => new Date(Date.now() - 86_400_000).toISOString();

test('an event of an earlier generation counts once, at whatever time and by whichever process it is sent again', async () => {
  const org = await newOrg();
  const [running, other] = [usage.writer(), await newOrg()];
  const [first, second] = [event(org, 'a', { quantity: 3 }), event(org, 'b', { quantity: 5 })];
  await running.writeBatch([first]);
  expect(await turn()).toBe(true);
  await running.writeBatch([second]);
  // Of the first one the prints are stored, of the second not yet.
  await usage.tenants.system('ingest', (tx) => storePrints(tx));
  await turn();
  for (const writer of [running, usage.writer()]) {
    const again = [first, { ...second, at: yesterday() }, event(other, 'a')];
    const counted = writer === running ? 1 : 0;
    expect(await writer.writeBatch(again)).toMatchObject({ accepted: counted, duplicates: 3 - counted });
    const { accepted, rejected } = await writer.writeBatch([
      { ...first, quantity: 4 },
      { ...second, meter: 'mails' },
    ]);
    expect([accepted, ...[...rejected.values()].map(({ code }) => code)]).toEqual([0, 'conflict', 'conflict']);
  }
  expect([await balance(org), await balance(other)]).toEqual([8, 1]);
});

test('events that several writers repeat while generations are closed count once each', async () => {
  const org = await newOrg();
  const events = Array.from({ length: 60 }, (_, n) => event(org, `e${n}`));
  const writers = Array.from({ length: 6 }, () => usage.writer());
  let turned = 0;
  const turning = (async () => {
    for (let n = 0; n < 8; n += 1) turned += (await turn()) ? 1 : 0;
  })();
  const results = await Promise.all(
    writers.flatMap((writer, at) =>
      [0, 1, 2, 3].map((round) =>
        writer.writeBatch(
          events.filter((_, n) => (n * 7 + at) % 4 !== round).map((one) => ({ ...one, at: yesterday() })),
        ),
      ),
    ),
  );
  await turning;
  expect(turned).toBeGreaterThan(1);
  expect(results.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(60);
  expect(await balance(org)).toBe(60);
});

test('two transactions that count the same event while the generation ought to change count it once', async () => {
  const org = await newOrg();
  const one = event(org, 'held');
  await usage.writer().writeBatch([event(org, 'before')]);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let begun = () => {};
  const counting = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const first = usage.tenants.system('ingest', async (tx) => {
    await usage.writer().writeAll({ tx, emit: usage.outbox.emitter(tx), now: Date.now() }, [one]);
    begun();
    await held;
  });
  await counting;
  const turned = turn();
  const second = usage.writer().writeBatch([{ ...one, at: yesterday() }]);
  release();
  await first;
  expect(await turned).toBe(true);
  expect(await second).toMatchObject({ accepted: 0, duplicates: 1 });
  expect(await balance(org)).toBe(2);
});

test('an event of an earlier generation is voided and amended by its source and id', async () => {
  const org = await newOrg();
  const correct = (input: object) =>
    usage.call(new CorrectUsage(usage.writer(), noBus), correctUsage, { reason: 'Test', ...input }, org, 'service_key');
  const send = (...events: object[]) =>
    usage.call(new IngestUsage(usage.writer(), noBus), ingestUsage, { events }, org, 'service_key');
  await send({ id: 'a', meter: 'calls', quantity: 7 }, { id: 'b', meter: 'calls', quantity: 5 });
  await turn();
  expect(await correct({ id: 'a', action: 'amend', quantity: 3 })).toMatchObject({ changed: true });
  await turn();
  expect(await correct({ id: 'a', action: 'amend', quantity: 3 })).toMatchObject({ changed: false });
  expect(await correct({ id: 'b', action: 'void' })).toMatchObject({ changed: true });
  expect(await send({ id: 'b', meter: 'calls', quantity: 5 })).toMatchObject({ accepted: 0, duplicates: 1 });
  expect(await balance(org)).toBe(3);
});

test('unique values and gauges know the events of earlier generations as well', async () => {
  const org = await newOrg();
  const send = (...events: object[]) =>
    usage.call(new IngestUsage(usage.writer(), noBus), ingestUsage, { events }, org, 'service_key');
  const events = [
    { id: 'u', meter: 'people', value: 'anna' },
    { id: 'g', meter: 'gb', series: 'disk', quantity: 4, time: yesterday() },
  ];
  expect(await send(...events)).toMatchObject({ accepted: 2 });
  await turn();
  expect(await send(...events)).toMatchObject({ accepted: 0, duplicates: 2, rejected: [] });
  expect(await send({ ...events[1], quantity: 5 })).toMatchObject({ rejected: [{ code: 'conflict' }] });
});

test('a generation is closed when it has grown enough, by the process that counted', async () => {
  const writer = usage.writer();
  const opened = async () =>
    (await usage.tenants.as({}, (tx) => tx.query('select generation from usage_identity_generations'))).length;
  const before = await opened();
  const loop = Object.assign(new TurnIdentities(usage.tenants, writer), { size: { bytes: 1 } });
  await loop.turn();
  await writer.writeBatch([event(await newOrg(), 'a')]);
  await loop.turn();
  expect(await opened()).toBe(before);
  Object.assign(writer, { takeCounted: () => 1_000_000 });
  await loop.turn();
  expect(await opened()).toBe(before + 1);
});

test('a generation from before there were any, with more than a value can hold, is read piece by piece and counts nothing again', async () => {
  const org = await newOrg();
  // What other tests have left open.
  await turn();
  const events = Array.from({ length: 5 }, (_, n) => event(org, `large${n}`));
  await usage.writer().writeBatch(events);
  await turn();
  const system = <T>(run: (tx: Tx) => Promise<T>) => usage.tenants.system('ingest', run);
  const { generation } = (await system((tx) => findGenerations(tx))).at(-2) ?? { generation: -1 };
  const printsBy = (piece?: number) =>
    system(async (tx) => {
      const pieces: Buffer[] = [];
      for await (const one of readPrints(tx, generation, piece)) pieces.push(one);
      return { sizes: pieces.map(({ length }) => length), all: Buffer.concat(pieces).toString('hex') };
    });
  const sorted = (hex: string) => (hex.match(/.{16}/g) ?? []).sort();
  await system((tx) => storePrints(tx, 1));
  const whole = await printsBy();
  expect(whole.sizes).toEqual([40]);
  expect(await printsBy(2)).toEqual({ sizes: [16, 16, 8], all: whole.all });
  expect(await usage.writer().writeBatch(events)).toMatchObject({ accepted: 0, duplicates: 5 });
  await system((tx) => storePrints(tx));
  const stored = await printsBy(2);
  expect([stored.sizes, sorted(stored.all)]).toEqual([[16, 16, 8], sorted(whole.all)]);
  expect(await usage.writer().writeBatch(events)).toMatchObject({ accepted: 0, duplicates: 5 });
});
