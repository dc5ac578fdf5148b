import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import type { StreamMessage } from '../kernel/usage-stream.ts';
import { type Batch, Batches } from './batches.ts';
import { Progress } from './progress.rules.ts';

const message = (seq: number, org: string): StreamMessage => ({
  seq,
  time: new Date(1_700_000_000_000 + seq),
  subject: `usage.${org}.calls`,
  string: () =>
    JSON.stringify([{ id: `${seq}`, org, meter: 'calls', quantity: 1, at: '2026-11-29T07:00:00Z', source: 'test' }]),
});

/** Messages of so many organisations in turn; how many were taken. */
function streamOf(orgs: readonly string[], count: number) {
  const taken = { count: 0 };
  const messages = {
    async *[Symbol.asyncIterator]() {
      for (let seq = 1; seq <= count; seq += 1) {
        taken.count = seq;
        yield message(seq, orgs[seq % orgs.length] ?? '');
        // As messages arrive: some at a time.
        if (seq % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    },
    stop: () => undefined,
    close: async () => undefined,
  };
  return { messages, taken };
}

const orgsOf = ({ events }: Batch): Set<string> => new Set(events.map(({ org }) => org));

test('what is written at once is of different organisations, each event once and in the order of its organisation', async () => {
  const orgs = Array.from({ length: 40 }, newId);
  const progress = new Progress({ sequence: 0, at: undefined });
  const open = new Set<Batch>();
  const written: Batch['events'] = [];
  let most = 0;
  const batches = new Batches({ events: 100, lanes: 3, progress }, async (batch) => {
    for (const other of open) expect([...orgsOf(batch)].filter((org) => orgsOf(other).has(org))).toEqual([]);
    open.add(batch);
    most = Math.max(most, open.size);
    await new Promise((resolve) => setTimeout(resolve, 2));
    open.delete(batch);
    written.push(...batch.events);
    batch.committed();
  });
  await batches.run(streamOf(orgs, 2_000).messages);
  expect(most).toBe(3);
  expect(new Set(written.map(({ id }) => id)).size).toBe(2_000);
  expect(written).toHaveLength(2_000);
  for (const org of orgs) {
    const own = written.filter((event) => event.org === org).map(({ id }) => Number(id));
    expect(own).toEqual(own.toSorted((a, b) => a - b));
  }
  expect(progress.checkpoint).toEqual({ sequence: 2_000, at: 1_700_000_002_000 });
});

test('a batch that hangs holds up no other lane, the checkpoint waits for it, and nothing piles up behind it', async () => {
  const orgs = Array.from({ length: 40 }, newId);
  const progress = new Progress({ sequence: 0, at: undefined });
  const { messages, taken } = streamOf(orgs, 20_000);
  let release = () => {};
  const hangs = new Promise<void>((resolve) => {
    release = resolve;
  });
  let first: Batch | undefined;
  let others = 0;
  let all = 0;
  const batches = new Batches({ events: 500, lanes: 3, progress }, async (batch) => {
    first ??= batch;
    if (first === batch) await hangs;
    else others += batch.events.length;
    all += batch.events.length;
    batch.committed();
  });
  const ended = batches.run(messages);
  await until(() => others > 500, { what: 'Other lanes' });
  await until(async () => {
    const before = taken.count;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return taken.count === before;
  });
  expect(taken.count).toBeLessThan(5_000);
  expect(progress.checkpoint.sequence).toBe(Number(first?.events[0]?.id) - 1);
  release();
  await ended;
  expect(all).toBe(20_000);
  expect(progress.checkpoint.sequence).toBe(20_000);
});
