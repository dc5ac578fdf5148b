import { newId } from '@tidegate/database/ids';
import { addServer } from '../../test/collector.ts';
import { useStore } from '../../test/fixture.ts';
import { queryKeys } from './query-key.rows.ts';
import { rehashStatements } from './rehash-statements.ts';
import { numberStatements, storeTexts } from './statement.rows.ts';

const store = useStore();

const names = { database: () => 'postgres', role: () => 'r' };

/** A server with statements of these texts and fingerprints. */
async function withStatements(texts: readonly { text: string; fingerprint?: string; truncated?: boolean }[]) {
  const at = await addServer(store, store.server);
  await store.tenants.run(at.orgId, async (tx) => {
    const keys = texts.map((_, index) => `5/10/${index + 1}/t`);
    const { ids } = await numberStatements(tx, at.serverId, keys, names);
    await storeTexts(
      tx,
      at.serverId,
      texts.map(({ text, fingerprint, truncated = false }, index) => ({
        id: ids.get(keys[index] ?? '') ?? 0,
        text: { text, truncated, fingerprint },
      })),
    );
  });
  return at;
}

const keysOf = async (serverId: string) =>
  (
    await store.server.sql<{ query_key: string | null }>(
      `select query_key from monitor_agent.statements where server_id = '${serverId}' order by query_id`,
    )
  ).map((row) => row.query_key);

test('one fingerprint, one key; none without a fingerprint; another server has keys of its own', async () => {
  const texts = [
    { text: 'select a', fingerprint: 'f1' },
    { text: 'SELECT a', fingerprint: 'f1' },
    { text: 'select b', fingerprint: 'f2' },
    { text: 'select … /* truncated */', truncated: true },
  ];
  const first = await withStatements(texts);
  const [a, again, b, cut] = await keysOf(first.serverId);
  expect(a).toEqual(expect.any(String));
  expect(again).toBe(a);
  expect(b).not.toBe(a);
  expect(cut).toBeNull();
  const other = await withStatements(texts);
  expect((await keysOf(other.serverId))[0]).not.toBe(a);
  const outsider = await store.tenants.read(newId(), (tx) => tx.query('select * from query_keys'));
  expect(outsider).toEqual([]);
});

test('another version of the parser finds the keys that the texts have', async () => {
  const { orgId, serverId } = await withStatements([
    { text: 'select a', fingerprint: 'f1' },
    { text: 'select b', fingerprint: 'f2' },
    { text: 'select c', fingerprint: 'f3' },
    { text: 'select d' },
    { text: 'select e', fingerprint: 'f5' },
    { text: 'select … /* truncated */', truncated: true },
  ]);
  const before = await keysOf(serverId);
  // It tells b and c apart no more, takes d, and refuses e.
  const next: Record<string, string> = { 'select a': 'g1', 'select b': 'g2', 'select c': 'g2', 'select d': 'g4' };
  const run = <T>(work: Parameters<typeof store.tenants.run<T>>[1]) => store.tenants.run(orgId, work);
  const seen: string[] = [];
  const parser = {
    version: 2,
    fingerprints: async (texts: readonly string[]) => {
      seen.push(...texts);
      return texts.map((text) => next[text]);
    },
  };
  await rehashStatements(run, serverId, parser);
  const after = await keysOf(serverId);
  expect(seen.some((text) => text.includes('truncated'))).toBe(false);
  // Of two keys the older stays; those of one moment are in the order of their ids.
  const [kept] = [before[1], before[2]].sort();
  expect(after).toEqual([before[0], kept, kept, expect.any(String), before[4], null]);
  expect(before).not.toContain(after[3]);
  // Old and new lead to the same key, and doing it again changes nothing.
  expect((await run((tx) => queryKeys(tx, serverId, 1, ['f1']))).get('f1')).toBe(before[0]);
  expect((await run((tx) => queryKeys(tx, serverId, 2, ['g1']))).get('g1')).toBe(before[0]);
  await rehashStatements(run, serverId, parser);
  expect(await keysOf(serverId)).toEqual(after);
});
