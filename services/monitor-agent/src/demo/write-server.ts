import { DAY_MS, demoId, HOUR_MS } from '@tidegate/contracts/kernel/demo-shape';
import type { Tx } from '@tidegate/database/tx';
import { dismiss } from '../index-findings/dismissal.rows.ts';
import { type CountedSnapshot, storeCounted } from '../relations/relation.rows.ts';
import { DATABASES, INDEXES, TABLES } from '../relations/relation-kinds.rows.ts';
import { insertNote, type Note } from '../reset-epochs/annotation.rows.ts';
import { storeAnnotations } from '../reset-epochs/server-epoch.rows.ts';
import { findServer, insertServer } from '../servers/server.rows.ts';
import type { ServerSecrets } from '../servers/server-secrets.ts';
import { numberStatements, storeTexts } from '../statements/statement.rows.ts';
import { statementKey } from '../statements/statement-key.rules.ts';
import { saveAgedTables } from '../wraparound/wraparound.rows.ts';
import { bytesOf } from './counted.ts';
import { DATABASE_OID, jamsOf, type MadeUpServer, oidOf, silentSince } from './fleet.ts';
import { firstSeen, insertJams, saveDatabase, saveShapes, saveSizes, saveStanding } from './known.rows.ts';
import { agedTablesOf, NOTES, reportOf, shapesOf, sizesOf } from './known.ts';
import { queryIdOf } from './sessions.ts';

/** Servers keep their ids from fill to fill, in the order in which they are listed. */
const SINCE = Date.UTC(2026, 0, 1);
const ROLE_OID = 16_390;
/** Long enough for what nobody has read to be called unused. */
const WATCHED_DAYS = 64;

export const serverIdOf = (orgId: string, { name }: MadeUpServer, place: number): string =>
  demoId(orgId, name, SINCE + place);

const keyOf = (server: MadeUpServer, statement: MadeUpServer['statements'][number]): string =>
  statementKey(DATABASE_OID, ROLE_OID, queryIdOf(server, statement), true);

/** The numbers of its statements, in their order. */
export async function idsOf(tx: Tx, serverId: string, server: MadeUpServer): Promise<number[]> {
  const keys = server.statements.map((statement) => keyOf(server, statement));
  const role = server.statements[0]?.role ?? '';
  const { ids } = await numberStatements(tx, serverId, keys, { database: () => server.database, role: () => role });
  return keys.map((key) => ids.get(key) ?? 0);
}

export async function writeServer(
  tx: Tx,
  secrets: ServerSecrets,
  serverId: string,
  server: MadeUpServer,
  { from, until }: { from: number; until: number },
): Promise<void> {
  const silent = silentSince(server, until);
  if (!(await findServer(tx, serverId))) {
    // A server has one, and nobody ever logs in with this.
    const password = await secrets.sealPassword(tx, serverId, crypto.randomUUID());
    await insert(tx, serverId, server, password);
  }
  await saveStanding(tx, serverId, {
    state: silent < until ? 'unreachable' : 'ok',
    since: new Date(silent < until ? silent + 90_000 : from),
    collectedAt: new Date(silent - 1_000),
    facts: {
      version: server.version,
      database: server.database,
      startedAtUs: (until - 41 * DAY_MS) * 1_000,
      maxConnections: server.maxConnections,
      tablesKnown: server.tables.length,
      indexesKnown: server.tables.reduce((sum, { indexes }) => sum + indexes.length, 0),
    },
    report: reportOf(server, until),
  });
  await writeTexts(tx, serverId, server, until);
  await writeRelations(tx, serverId, server, { from, until });
  await writeEvents(tx, serverId, server, { from, until });
}

const insert = (tx: Tx, id: string, { name, host, database }: MadeUpServer, password: string) =>
  insertServer(tx, {
    ...{ id, name, host, port: 5_432, database, user: 'tidegate' },
    password,
    tlsMode: 'verify-full',
    tlsCa: null,
    platform: false,
  });

async function writeTexts(tx: Tx, serverId: string, server: MadeUpServer, until: number): Promise<void> {
  const ids = await idsOf(tx, serverId, server);
  const texts = server.statements.map(({ text }, place) => {
    const fingerprint = demoId('', text, 0).replaceAll('-', '').slice(16);
    return { id: ids[place] ?? 0, text: { text, truncated: false, fingerprint } };
  });
  await storeTexts(tx, serverId, texts as Parameters<typeof storeTexts>[2]);
  const seen = server.statements.map(({ newDaysAgo }) => new Date(until - (newDaysAgo ?? WATCHED_DAYS) * DAY_MS));
  await firstSeen(tx, serverId, ids, seen);
}

async function writeRelations(
  tx: Tx,
  serverId: string,
  server: MadeUpServer,
  { from, until }: { from: number; until: number },
): Promise<void> {
  const silent = silentSince(server, until);
  const shared = {
    serverId,
    database: server.database,
    identity: server.host,
    resetEpoch: { state: {} } as never,
    anew: false,
    takenAt: new Date(silent - 1_000),
    spanUs: undefined,
    gone: [],
    deltas: [],
  };
  const zeros = (count: number) => Array.from({ length: count }, () => 0);
  await storeCounted(tx, DATABASES, {
    ...shared,
    databaseOid: 0,
    changed: [
      {
        ...{ oid: DATABASE_OID, definition: 0, counters: zeros(13), name: server.database },
        ...{ connections: server.connected, transactionAge: server.transactionAge },
      },
    ],
  });
  await saveDatabase(tx, serverId, DATABASE_OID, bytesOf(server));
  if (server.tables.length === 0) return;
  const scoped = { ...shared, databaseOid: DATABASE_OID };
  await storeCounted(tx, TABLES, { ...scoped, changed: tablesOf(server, until) });
  await storeCounted(tx, INDEXES, { ...scoped, changed: indexesOf(server) });
  await saveShapes(tx, serverId, DATABASE_OID, shapesOf(server, until), new Date(until - WATCHED_DAYS * DAY_MS));
  await saveSizes(tx, serverId, DATABASE_OID, sizesOf(server, from, until));
  const tables = agedTablesOf(server);
  await saveAgedTables(tx, serverId, { databaseOid: DATABASE_OID, takenAt: new Date(silent - HOUR_MS), tables });
}

const tablesOf = (
  { tables }: MadeUpServer,
  until: number,
): CountedSnapshot<Parameters<typeof TABLES.values>[0]>['changed'] =>
  tables.map((table, place) => ({
    oid: oidOf(place),
    definition: 0,
    counters: Array.from({ length: 9 }, () => 0),
    schema: 'public',
    name: table.name,
    kind: 'table',
    estimatedRows: table.rows,
    liveRows: table.rows,
    deadRows: Math.round(table.rows * (table.deadShare ?? 0.01)),
    lastVacuumUs: (until - table.vacuumedHoursAgo * HOUR_MS) * 1_000,
    lastAnalyzeUs: (until - table.vacuumedHoursAgo * HOUR_MS) * 1_000,
    rootOid: null,
  }));

const indexesOf = ({ tables }: MadeUpServer): CountedSnapshot<Parameters<typeof INDEXES.values>[0]>['changed'] =>
  tables.flatMap((table, place) =>
    table.indexes.map(({ name, constraint, invalid = false }, number) => ({
      oid: oidOf(place) + 1 + number,
      definition: 0,
      counters: [0, 0, 0, 0, 0],
      tableOid: oidOf(place),
      schema: 'public',
      table: table.name,
      name,
      unique: constraint !== undefined,
      primary: constraint === 'p',
      valid: !invalid,
      building: false,
      partitioned: false,
      rootOid: null,
    })),
  );

async function writeEvents(
  tx: Tx,
  serverId: string,
  server: MadeUpServer,
  { from, until }: { from: number; until: number },
): Promise<void> {
  const restart = until - 12 * DAY_MS;
  if (server.busy === 'night')
    await storeAnnotations(tx, serverId, new Date(restart), [{ kind: 'restart', at: restart * 1_000, of: [] }]);
  if (!server.blocked) return;
  await insertJams(tx, serverId, server.database, jamsOf(server, from, until));
  for (const [place, { daysAgo, text }] of NOTES.entries()) {
    const at = new Date(until - daysAgo * DAY_MS - place * HOUR_MS);
    const note: Note = { id: demoId(serverId, text, at.getTime()), at, text, personId: null };
    await insertNote(tx, serverId, note);
  }
  await dismiss(tx, serverId, {
    finding: `redundant:${server.database}.public.orders_customer_id_idx`,
    reason: 'The shop’s framework needs it by this name',
    personId: null,
  });
}
