import { showActivity } from '@tidegate/contracts/monitor-agent/activity';
import { listTables } from '@tidegate/contracts/monitor-agent/relations';
import { getServer } from '@tidegate/contracts/monitor-agent/server';
import pg from 'pg';
import { addServer, Replica, type WatchedServer } from '../../test/collector.ts';
import { useServer, useStore } from '../../test/fixture.ts';
import { VERSIONS } from '../../test/postgres-server.ts';
import { ShowActivity } from '../activity/show-activity.ts';
import { ListTables } from '../relations/list-tables.ts';
import { GetServer } from '../servers/get-server.ts';

/* One text in another encoding never costs the other texts, whichever the main database's is. */
const MINUTE = 60_000;
const store = useStore();
/** The collector's clock is put forward. */
const always = () => {
  const [from, to] = [-60, 10 * 24 * 60].map((minutes) => new Date(Date.now() + minutes * MINUTE).toISOString());
  return { from, to } as { from: string; to: string };
};

describe.each(VERSIONS)('texts in other encodings ($name)', (binaries) => {
  const watched = useServer(binaries);

  /** A statement as a program sends it that knows nothing of encodings: the driver would send UTF-8. */
  const sendBytes = async (database: string, encoding: string, statement: string): Promise<pg.Client> => {
    const client = await watched.client(database);
    await client.query(`set client_encoding = '${encoding}'`);
    const text = Buffer.from(`${statement}\0`, 'latin1');
    const head = Buffer.from('Q\0\0\0\0');
    head.writeInt32BE(text.length + 4, 1);
    const { connection } = client as unknown as { connection: { stream: { write(bytes: Buffer): void } } };
    connection.stream.write(Buffer.concat([head, text]));
    return client;
  };
  const tables = async ({ serverId, orgId }: WatchedServer) =>
    (await store.call(new ListTables(), listTables, { serverId }, orgId)).items.map(
      (one) => `${one.database}.${one.name}`,
    );
  const statements = async ({ serverId }: WatchedServer) => {
    const known = `select text from monitor_agent.statements where server_id = '${serverId}' and text is not null`;
    return (await store.server.sql<{ text: string }>(known)).map((one) => one.text);
  };
  const missing = async ({ serverId, orgId }: WatchedServer) =>
    (await store.call(new GetServer(), getServer, { serverId }, orgId)).missing.map((one) => one.id);
  const sessions = async ({ serverId, orgId }: WatchedServer) =>
    (await store.call(new ShowActivity(), showActivity, { serverId, at: always().to }, orgId)).sessions.map(
      (one) => one.text,
    );

  beforeAll(async () => {
    for (const [name, encoding] of [
      ['ascii', 'SQL_ASCII'],
      ['lat1', 'LATIN1'],
    ] as const) {
      await watched.sql(`create database ${name} template template0 encoding '${encoding}' locale 'C'`);
      // The last letter of each text is the first byte of three in UTF-8.
      await sendBytes(name, encoding, `create table "caf\xe9" (a int)`);
      await sendBytes(name, encoding, `select pg_sleep(600) as "na\xefve", '\xe9'`);
    }
    // They would keep sleeping, and their end would wait for that.
    const wake = "select pg_terminate_backend(pid) from pg_stat_activity where datname in ('ascii', 'lat1')";
    watched.beforeStop(() => watched.sql(wake));
  });

  test.each(['postgres', 'lat1', 'ascii'])(
    'nothing is uncollected but what the server itself refuses: %s',
    async (database) => {
      if (database !== 'postgres') await watched.sql('create extension if not exists pg_stat_statements', database);
      const at = await addServer(store, watched, { database });
      const replica = new Replica(store, { minute: 60, probe: 10 });
      try {
        /** Turns by turns, a minute of the collector's clock apart. */
        const come = (what: string, done: () => Promise<boolean>) =>
          replica.turnUntil(done, { stepMs: MINUTE }).catch((error: unknown) => {
            throw new Error(what, { cause: error });
          });
        await come('a session’s text', async () => (await sessions(at)).some((text) => text?.includes('"naïve"')));
        await come('tables of both', async () => {
          const all = await tables(at);
          return ['ascii.café', 'lat1.café'].every((one) => all.includes(one));
        });
        // PostgreSQL itself converts all texts of statements or none: until a database in SQL_ASCII has the extension.
        if (database === 'postgres') {
          await sendBytes('ascii', 'SQL_ASCII', 'select 2 as "d\xe9j\xe0"');
          await come('what is missing', async () => (await missing(at)).includes('query_texts'));
          await watched.sql('create extension pg_stat_statements', 'ascii');
        }
        await watched.sql('select 1 as "größer"');
        await sendBytes('ascii', 'SQL_ASCII', 'select 1 as "d\xe9j\xe0"');
        await come('texts of statements', async () => {
          const all = await statements(at);
          return ['"déjà"', '"größer"'].every((one) => all.some((text) => text?.includes(one)));
        });
        await come('nothing missing', async () => !(await missing(at)).some((one) => one.startsWith('query_')));
      } finally {
        await replica.stop();
        await store.releaseServers();
      }
    },
  );
});
