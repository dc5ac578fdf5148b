import { addNote, deleteNote, listAnnotations } from '@tidegate/contracts/monitor-agent/annotations';
import { dismissFinding, listIndexFindings, restoreFinding } from '@tidegate/contracts/monitor-agent/index-findings';
import { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { showStatement } from '@tidegate/contracts/monitor-agent/statement-detail';
import { showTable } from '@tidegate/contracts/monitor-agent/table-detail';
import { newId } from '@tidegate/database/ids';
import { useCollector, useServer, useStore } from '../../test/fixture.ts';
import { FIRST_VERSION } from '../../test/postgres-server.ts';
import { DismissFinding } from '../index-findings/dismiss-finding.ts';
import { ListIndexFindings } from '../index-findings/list-index-findings.ts';
import { RestoreFinding } from '../index-findings/restore-finding.ts';
import { AddNote } from '../reset-epochs/add-note.ts';
import { DeleteNote } from '../reset-epochs/delete-note.ts';
import { ListAnnotations } from '../reset-epochs/list-annotations.ts';
import { TopStatements } from '../statements/top-statements.ts';
import { ShowStatement } from './show-statement.ts';
import { ShowTable } from './show-table.ts';

const server = useServer(FIRST_VERSION);
const store = useStore();
const collecting = useCollector(store, server);
const turnUntil = (done: () => Promise<boolean>) => collecting.replica.turnUntil(done, { stepMs: 5_000 });

/** The collector's clock goes ahead of ours. */
const range = () => {
  const [from, to] = [-1, 2].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());
  return { serverId: collecting.at.serverId, from, to };
};
const statements = (more: object = {}) =>
  store.call(new TopStatements(store.tenants, store.kept), topStatements, { ...range(), ...more }, collecting.at.orgId);
const table = (name: string, orgId = collecting.at.orgId) =>
  store.call(new ShowTable(), showTable, { ...range(), database: 'postgres', schema: 'public', table: name }, orgId);
const findings = (more: object = {}) =>
  store.call(
    new ListIndexFindings(),
    listIndexFindings,
    { serverId: collecting.at.serverId, ...more },
    collecting.at.orgId,
  );

test('a statement is shown with the tables that it names, its share, its time over the range and its facets', async () => {
  await server.sql('create table orders (id int primary key, note text)');
  await collecting.takeSnapshot();
  for (let n = 0; n < 12; n += 1) await server.sql('select count(*) from orders o where o.note is null');
  const found = async () =>
    (await statements({ search: 'from orders o', spark: true, facets: true })).items.find(({ calls }) => calls >= 12);
  await turnUntil(async () => (await found()) !== undefined);
  const all = await statements({ spark: true, facets: true });
  const listed = await found();
  expect(listed?.share).toBe(1);
  expect(listed?.spark?.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(listed?.totalMs ?? -1, 3);
  expect(all.facets?.roles.reduce((sum, { totalMs }) => sum + totalMs, 0)).toBeCloseTo(all.total.totalMs, 3);
  expect(all.facets?.databases.map(({ name }) => name)).toContain('postgres');
  const ask = (statementId: string, orgId = collecting.at.orgId) =>
    store.call(new ShowStatement(store.tenants), showStatement, { ...range(), statementId }, orgId);
  const shown = await ask(listed?.statementId ?? '');
  expect(shown.statement).toMatchObject({ calls: listed?.calls, text: listed?.text, previous: null, change: null });
  expect(shown.tables.map(({ schema, name }) => `${schema}.${name}`)).toEqual(['public.orders']);
  expect(shown.range.coveredSeconds).toBeGreaterThan(0);
  await expect(ask('999999')).rejects.toMatchObject({ code: 'not_found' });
  await expect(ask(listed?.statementId ?? '', newId())).rejects.toMatchObject({ code: 'not_found' });
});

test('a table is shown with its indexes, what is wrong with them until it is dismissed, and how it grew', async () => {
  await server.sql(`create table items (id int, note text);
    create index items_note on items (note);
    create index items_note_again on items (note)`);
  await server.sql("insert into items select n, repeat('x', 100) from generate_series(1, 2000) n");
  await turnUntil(async () => {
    const {
      table: one,
      findings: some,
      growth,
    } = await table('items').catch(() => ({ table: undefined, findings: [], growth: [] }));
    return (one?.heapBytes ?? 0) > 0 && some.length === 1 && growth.length > 0;
  });
  const shown = await table('items');
  expect(shown.indexes.map(({ name }) => name).sort()).toEqual(['items_note', 'items_note_again']);
  expect(shown.growth.at(-1)).toMatchObject({ heapBytes: shown.table.heapBytes, indexBytes: shown.table.indexBytes });
  const [finding] = (await findings({ table: 'items' })).items;
  expect(finding?.dismissed).toBeNull();
  const { orgId, serverId } = collecting.at;
  const dismissal = { serverId, finding: finding?.id ?? '', reason: 'Both are wanted' };
  await store.call(new DismissFinding(), dismissFinding, dismissal, orgId);
  await store.call(new DismissFinding(), dismissFinding, dismissal, orgId);
  expect(await findings({ table: 'items' })).toMatchObject({ items: [], total: 0, dismissed: 1 });
  expect((await findings({ dismissed: true })).items[0]).toMatchObject({
    id: finding?.id,
    dismissed: { reason: 'Both are wanted' },
  });
  expect((await table('items')).findings).toEqual([]);
  await store.call(new RestoreFinding(), restoreFinding, { serverId, finding: finding?.id ?? '' }, orgId);
  expect((await findings({ table: 'items' })).total).toBe(1);
  await expect(table('items', newId())).rejects.toMatchObject({ code: 'not_found' });
  await expect(table('nothing')).rejects.toMatchObject({ code: 'not_found' });
});

test('what somebody notes stands among what was detected, until it is deleted', async () => {
  const { orgId, serverId } = collecting.at;
  const list = async () =>
    (await store.call(new ListAnnotations(), listAnnotations, range(), orgId)).items.filter(
      ({ kind }) => kind === 'note',
    );
  const at = new Date(Date.now() - 60_000).toISOString();
  const note = await store.call(new AddNote(), addNote, { serverId, at, text: 'Release 42' }, orgId);
  expect(await list()).toEqual([{ id: note.id, kind: 'note', text: 'Release 42', at, seenAt: at, of: [] }]);
  const remove = (owner: string) =>
    store.call(new DeleteNote(), deleteNote, { serverId, noteId: note.id ?? '' }, owner);
  await expect(remove(newId())).rejects.toMatchObject({ code: 'not_found' });
  await remove(orgId);
  expect(await list()).toEqual([]);
});
