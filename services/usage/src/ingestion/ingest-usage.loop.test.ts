import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { USAGE_STREAM, type UsageEvent, usageSubject } from '@tidegate/contracts/usage/event';
import { listAllRejectedUsage, listRejectedUsage } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { Wakes } from '@tidegate/runtime/wakes';
import { Log } from '@tidegate/telemetry/log';
import { Metrics, metricsText } from '@tidegate/telemetry/metrics';
import { until } from '@tidegate/testing/until';
import { type Fixture, openStream, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { JetStreamUsage } from '../jetstream-usage.ts';
import { IngestCheckpoint } from './checkpoint.ts';
import { IngestUsageStream } from './ingest-usage.loop.ts';
import { ListRejectedEvents } from './list-rejected-events.ts';
import { ReplayParked } from './replay-parked.loop.ts';
import type { UsageWriter } from './usage-writer.ts';

let usage: Fixture;
let nc: NatsConnection;
beforeAll(async () => {
  usage = await openUsage();
  nc = await openStream();
});
afterAll(async () => {
  await nc.close();
  await usage.close();
});
beforeEach(async () => {
  await (await jetstreamManager(nc)).streams.purge(USAGE_STREAM);
});

const now = Date.now();
function event(org: string, given: Partial<UsageEvent> = {}): UsageEvent {
  return { id: newId(), org, meter: 'calls', quantity: 1, at: new Date(now).toISOString(), source: 'test', ...given };
}
const publish = (events: UsageEvent[] | string, org: string, meter = 'calls') =>
  jetstream(nc).publish(usageSubject(org, meter), typeof events === 'string' ? events : JSON.stringify(events));

async function newOrg(): Promise<string> {
  const entitlements = snapshot();
  await usage.storeSnapshot(entitlements);
  return entitlements.orgId;
}

/** A replica of the loop: it runs until it is stopped, its turns begin again after a failure. */
function replica(writer: UsageWriter = usage.writer()) {
  const abort = new AbortController();
  const log = new Log();
  const checkpoint = new IngestCheckpoint(
    usage.tenants,
    new JetStreamUsage(nc),
    log,
    new Metrics(),
    new Wakes('usage', nc),
  );
  const stream = new IngestUsageStream(writer, checkpoint, log, new JetStreamUsage(nc), new Metrics());
  const run = async () => {
    while (!abort.signal.aborted) {
      await stream.turn({ signal: abort.signal }).catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const done = run();
  const stop = async () => {
    abort.abort();
    await done;
  };
  return {
    stop,
    /** As a killed process: what it holds is not given back. */
    vanish: async () => {
      checkpoint.release = async () => {};
      await stop();
    },
  };
}

const balance = (org: string) =>
  usage.tenants.read(org, async (tx) => {
    const row = await tx.one<{ used: string; raw: string }>(
      `select (select coalesce(sum(used), 0) from usage_balances) as used,
              (select coalesce(sum(quantity), 0) from usage_events) as raw`,
    );
    expect(row?.used).toBe(row?.raw);
    return Number(row?.used);
  });
/** Everything in the stream is counted, and the checkpoint says so. */
const settled = () =>
  until(
    async () => {
      const { state } = await (await jetstreamManager(nc)).streams.info(USAGE_STREAM);
      return (await savedSequence()) === state.last_seq;
    },
    { withinMs: 40_000 },
  );

const savedSequence = async (): Promise<number> => {
  const row = await usage.tenants.as({}, (tx) =>
    tx.one<{ sequence: string }>('select sequence from ingest_checkpoint'),
  );
  return Number(row?.sequence);
};

test('two replicas count every event of every message once, whatever is resent', async () => {
  const orgs = await Promise.all(Array.from({ length: 10 }, newOrg));
  const replicas = [replica(), replica()];
  const distinct = Array.from({ length: 3_000 }, (_, index) =>
    event(orgs[index % 10] ?? '', { quantity: 1 + (index % 3) }),
  );
  for (const [index, org] of orgs.entries()) {
    const mine = distinct.filter((_, at) => at % 10 === index);
    for (let round = 0; round < 5; round += 1) {
      for (let at = 0; at < mine.length; at += 17) await publish(mine.slice(at, at + 17), org);
    }
  }
  await settled();
  await Promise.all(replicas.map((one) => one.stop()));
  for (const [index, org] of orgs.entries()) {
    const sum = distinct.reduce((total, one, at) => total + (at % 10 === index ? one.quantity : 0), 0);
    expect(await balance(org)).toBe(sum);
  }
});

test('connections killed in the middle of batches lose nothing and count nothing twice', async () => {
  const org = await newOrg();
  const replicas = [replica(), replica()];
  for (let index = 0; index < 60; index += 1) {
    await publish(
      Array.from({ length: 50 }, () => event(org)),
      org,
    );
    if (index % 10 === 5) await usage.killConnections();
  }
  await settled();
  await Promise.all(replicas.map((one) => one.stop()));
  expect(await balance(org)).toBe(3_000);
});

test('killed between commit and the checkpoint, the messages are read again and count nothing', async () => {
  const org = await newOrg();
  const writer = usage.writer();
  let failures = 0;
  const forgetful = Object.create(writer) as UsageWriter;
  forgetful.writeBatch = async (events) => {
    const written = await writer.writeBatch(events);
    failures += 1;
    // The commit has happened; the process does not live to note it.
    if (failures === 1) throw new Error('killed');
    return written;
  };
  const one = replica(forgetful);
  await publish([event(org), event(org)], org);
  await until(async () => failures > 1, { withinMs: 10_000 });
  await settled();
  await one.stop();
  expect(await balance(org)).toBe(2);
});

test('one replica counts at a time; when it vanishes, the other continues from its checkpoint', async () => {
  const org = await newOrg();
  const gone = replica();
  await publish([event(org)], org);
  await settled();
  const other = replica();
  await gone.vanish();
  const before = await savedSequence();
  await publish([event(org), event(org)], org);
  await settled();
  await other.stop();
  expect(await savedSequence()).toBe(before + 1);
  expect(await balance(org)).toBe(3);
});

test('a replica that had no rival when it died delays its successor by a short lease only', async () => {
  const org = await newOrg();
  const gone = replica();
  await publish([event(org)], org);
  await settled();
  await gone.vanish();
  // As it would have been held after a minute in which nobody else was there.
  await usage.tenants.as({}, (tx) =>
    tx.query("update ingest_checkpoint set lease_expires_at = now() + interval '1 day'"),
  );
  const other = replica();
  await publish([event(org)], org);
  await settled();
  await other.stop();
  expect(await balance(org)).toBe(2);
});

test('a checkpoint of an earlier version raises no alarm: the stream is read again and counts once', async () => {
  const org = await newOrg();
  const one = replica();
  await publish([event(org)], org);
  await settled();
  await one.stop();
  await usage.tenants.as({}, (tx) => tx.query('update ingest_checkpoint set message_at = null'));
  const lines: string[] = [];
  const log = { info: (_: object, text: string) => lines.push(text), error: () => lines.push('an alarm') };
  const checkpoint = new IngestCheckpoint(
    usage.tenants,
    new JetStreamUsage(nc),
    log as unknown as Log,
    new Metrics(),
    new Wakes('usage', nc),
  );
  expect(await checkpoint.acquire()).toMatchObject({ at: undefined });
  expect(lines).toEqual([expect.stringContaining('earlier version')]);
  await checkpoint.release({ sequence: 0, at: undefined });
  const again = replica();
  await settled();
  await again.stop();
  expect(await balance(org)).toBe(1);
});

test('a recreated stream is read from its beginning and counts nothing twice', async () => {
  const org = await newOrg();
  const known = event(org);
  const one = replica();
  for (let index = 0; index < 3; index += 1) await publish([index === 0 ? known : event(org)], org);
  await settled();
  const manager = await jetstreamManager(nc);
  const { config } = await manager.streams.info(USAGE_STREAM);
  await manager.streams.delete(USAGE_STREAM);
  await manager.streams.add(config);
  await publish([known, event(org)], org);
  await settled();
  await one.stop();
  expect(await balance(org)).toBe(4);
});

test('a changed creation time of the same stream does not make it read again', async () => {
  const org = await newOrg();
  const one = replica();
  await publish([event(org)], org);
  await settled();
  await one.stop();
  const manager = await jetstreamManager(nc);
  const { config, state } = await manager.streams.info(USAGE_STREAM);
  // As each start used to do: the update makes nats-server 2.9 report another creation time.
  await manager.streams.update(USAGE_STREAM, config);
  const checkpoint = new IngestCheckpoint(
    usage.tenants,
    new JetStreamUsage(nc),
    new Log(),
    new Metrics(),
    new Wakes('usage', nc),
  );
  expect(await checkpoint.acquire()).toMatchObject({ sequence: state.last_seq });
  await checkpoint.release({ sequence: state.last_seq, at: undefined });
});

test('usage that the stream dropped before it was counted is reported', async () => {
  const org = await newOrg();
  const one = replica();
  await publish([event(org)], org);
  await settled();
  await one.stop();
  for (let index = 0; index < 3; index += 1) await publish([event(org)], org);
  const manager = await jetstreamManager(nc);
  const { state } = await manager.streams.info(USAGE_STREAM);
  await manager.streams.purge(USAGE_STREAM, { seq: state.last_seq });
  const again = replica();
  await settled();
  await again.stop();
  expect(await balance(org)).toBe(2);
  expect(await metricsText()).toContain('tidegate_usage_checkpoint_lost_messages_total{kind="skipped"} 2');
});

test('a stream restored to an older state is read again, even when it has grown past the checkpoint since', async () => {
  const org = await newOrg();
  const one = replica();
  await publish([event(org)], org);
  await settled();
  await one.stop();
  const manager = await jetstreamManager(nc);
  const { config, state } = await manager.streams.info(USAGE_STREAM);
  await manager.streams.delete(USAGE_STREAM);
  await manager.streams.add(config);
  for (let index = 0; index < state.last_seq + 2; index += 1) await publish([event(org)], org);
  const again = replica();
  await settled();
  await again.stop();
  expect(await balance(org)).toBe(1 + state.last_seq + 2);
});

test('an unreadable event is stored with the reason; the rest of the message counts', async () => {
  const [org, other] = [await newOrg(), await newOrg()];
  const one = replica();
  await publish('not json', org);
  await publish('{"id":"1"}', org);
  await publish([event(org), event(other), event(org, { meter: 'mails' }), event(org, { quantity: 0.5 })], org);
  await publish([event(org, { at: new Date(now - 40 * 86_400_000).toISOString() })], org);
  await publish([event(org, { id: 'a\u0000b' })], org);
  await settled();
  await one.stop();
  expect(await balance(org)).toBe(1);
  expect(await balance(other)).toBe(0);
  const kept = await usage.tenants.read(org, (tx) =>
    tx.query<{ code: string; count: number }>(
      'select code, count(*)::int as count from rejected_events group by 1 order by 1',
    ),
  );
  expect(kept).toEqual([
    { code: 'malformed', count: 6 },
    { code: 'too_old', count: 1 },
  ]);
});

test('an event that Postgres refuses is stored as rejected and does not block the others', async () => {
  const [full, org] = [await newOrg(), await newOrg()];
  await usage.writer().writeBatch([event(full)]);
  await usage.tenants.run(full, (tx) => tx.query('update usage_balances set used = 9007199254740990'));
  const one = replica();
  await publish([event(full, { quantity: 5 })], full);
  await publish([event(org), event(org)], org);
  await settled();
  await one.stop();
  expect(await balance(org)).toBe(2);
  const kept = await usage.tenants.read(full, (tx) => tx.query('select code from rejected_events'));
  expect(kept).toEqual([{ code: 'malformed' }]);
});

test('usage that arrives before its organisation or meter is parked and counted when both are known', async () => {
  const entitlements = snapshot();
  const org = entitlements.orgId;
  const one = replica();
  await publish([event(org, { id: 'early' })], org);
  await publish([event(org, { meter: 'faxes', quantity: 3 })], org, 'faxes');
  await settled();
  await one.stop();
  const replay = new ReplayParked(usage.tenants, usage.outbox, usage.writer(), new Log());
  const signal = new AbortController().signal;
  const parked = () => usage.tenants.read(org, (tx) => tx.query('select code from rejected_events order by code'));
  await replay.turn({ signal });
  expect(await parked()).toEqual([{ code: 'unknown_meter' }, { code: 'unknown_organisation' }]);
  await usage.storeSnapshot(entitlements);
  await replay.turn({ signal });
  expect(await parked()).toEqual([{ code: 'unknown_meter' }]);
  expect(await refusedOf(org)).toMatchObject([{ code: 'unknown_meter', times: 1 }]);
  expect(await balance(org)).toBe(1);
  await usage.nameMeter('faxes');
  await replay.turn({ signal });
  expect(await parked()).toEqual([]);
  expect(await balance(org)).toBe(4);
});

test('what was not counted is listed for the organisation that it names, and all of it for operators', async () => {
  const [one, other] = [await newOrg(), await newOrg()];
  const running = replica();
  for (const org of [one, other, one])
    await publish([event(org, { id: `pigeon-${org}`, meter: 'pigeons' })], org, 'pigeons');
  await publish('no JSON', one);
  await publish('not even an organisation', 'nobody');
  await settled();
  await running.stop();
  const list = new ListRejectedEvents();
  const asked = (limit: number, cursor?: string) =>
    usage.call(list, listAllRejectedUsage, { limit, ...(cursor && { cursor }) }, one);
  const all: { organisationId: string | null; code: string; times: number }[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await asked(1, cursor);
    all.push(...page.items);
    cursor = page.nextCursor;
    if (!cursor) break;
  }
  expect(all).toEqual((await asked(200)).items);
  const of = (org: string | null) => all.filter(({ organisationId }) => organisationId === org);
  expect(of(other)).toMatchObject([{ code: 'unknown_meter', times: 1 }]);
  expect(
    of(one)
      .map(({ code, times }) => `${code} ${times}`)
      .sort(),
  ).toEqual(['malformed 1', 'unknown_meter 2']);
  expect(of(null).length).toBeGreaterThan(0);
  expect(await refusedOf(other)).toMatchObject([{ code: 'unknown_meter', times: 1 }]);
  expect(await refusedOf(one)).toHaveLength(2);
});

const refusedOf = async (org: string) => (await usage.call(new ListRejectedEvents(), listRejectedUsage, {}, org)).items;
