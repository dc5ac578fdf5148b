import { newId } from '@tidegate/database/ids';
import { addServer } from '../../test/collector.ts';
import { useStore } from '../../test/fixture.ts';
import { PLAIN_INDEX } from '../../test/index-facts.ts';
import { storeCounted } from './relation.rows.ts';
import { INDEXES, TABLES } from './relation-kinds.rows.ts';
import { storeSizes } from './size.rows.ts';

const store = useStore();

const TABLE_COUNT = 1_000;
const DATABASE = 5;

const FACTS = { ...PLAIN_INDEX, keys: [1, 2], foreignKeys: ['it’s'] };

test('sizes of a thousand new tables and their indexes are stored at once, each where it belongs', async () => {
  const { orgId, serverId } = await addServer(store, store.server);
  const oids = Array.from({ length: TABLE_COUNT }, (_, index) => 10_000 + index * 4);
  const snapshot = {
    serverId,
    database: 'd',
    databaseOid: DATABASE,
    resetEpoch: {
      identity: 'i',
      at: 1,
      startedAt: 1,
      workersStartedAt: 2,
      openedAt: 2,
      resets: {},
      state: { at: 1, resets: {}, transactions: 1 },
    },
    anew: false,
    identity: 'i',
    takenAt: new Date(),
  };
  const nothing = { spanUs: undefined, gone: [], deltas: [], definition: 1, counters: [0] };
  const tables = oids.map((oid) => ({
    ...nothing,
    oid,
    schema: 's',
    name: newId(),
    kind: 'table' as const,
    estimatedRows: 1,
    liveRows: 1,
    deadRows: 0,
    lastVacuumUs: null,
    lastAnalyzeUs: null,
    rootOid: null,
  }));
  const flags = { unique: false, primary: false, valid: true, building: false, partitioned: false, rootOid: null };
  const indexes = oids.flatMap((tableOid) =>
    [1, 2, 3].map((nth) => ({
      ...nothing,
      ...flags,
      oid: tableOid + nth,
      tableOid,
      schema: 's',
      table: 't',
      name: 'i',
    })),
  );
  const highest = await store.tenants.run(orgId, async (tx) => {
    await storeCounted(tx, TABLES, { ...snapshot, ...nothing, changed: tables });
    await storeCounted(tx, INDEXES, { ...snapshot, ...nothing, changed: indexes });
    return storeSizes(tx, serverId, DATABASE, {
      tables: new Map(oids.map((oid) => [oid, oid])),
      indexes: new Map(indexes.map(({ oid }) => [oid, oid * 2])),
      indexesOf: new Map(oids.map((oid) => [oid, oid * 3])),
      stale: new Set(oids.slice(0, 1)),
      shapes: new Map([[10_002, { method: 'btree', columns: ['a "b"', 'c\\d'], facts: FACTS }]]),
      left: [],
    });
  });
  expect(highest).toBe(10_002);
  const stored = await store.server.sql<{ tables: string; indexes: string; stale: string; shape: object }>(
    `select (select count(*) from monitor_agent.tables where heap_bytes = oid and index_bytes = oid * 3) as tables,
            (select count(*) from monitor_agent.indexes where bytes = oid * 2) as indexes,
            (select count(*) from monitor_agent.tables where size_stale) as stale,
            (select columns from monitor_agent.indexes where method = 'btree') as shape`,
  );
  expect(stored).toEqual([{ tables: '1000', indexes: '3000', stale: '1', shape: ['a "b"', 'c\\d'] }]);
});
