import { addServer, collectOnce, type Plan, Replica, type WatchedServer } from './collector.ts';
import { type Binaries, type PostgresOptions, PostgresServer } from './postgres-server.ts';
import { openStore, type Store, type StoreOptions } from './store.ts';
import { makeWatcher } from './watched.ts';

/*
 * What tests on real servers set up, for the file or the `describe` in which it is called. What they answer can be used
 * from `beforeAll` on.
 */

export function useStore(options: StoreOptions = {}): Store {
  const store = {} as Store;
  beforeAll(async () => {
    Object.assign(store, await openStore(options));
  });
  afterAll(() => store.close());
  return store;
}

/** A server with a role to watch it. */
export function useServer(binaries: Binaries, options: PostgresOptions = {}): PostgresServer {
  const server = new PostgresServer(binaries, options);
  beforeAll(async () => {
    await server.begin();
    await makeWatcher(server);
  });
  afterAll(() => server.stop());
  return server;
}

/** One server of an organisation, and the collector that has looked at it once, for one test. */
export interface Collecting {
  at: WatchedServer;
  replica: Replica;
  takeSnapshot(): Promise<void>;
}

/** Both anew for every test. */
export function useCollector(store: Store, server: Parameters<typeof addServer>[1], plan: Plan = {}): Collecting {
  const collecting = {
    takeSnapshot: () => collectOnce(store, collecting.replica, collecting.at.serverId),
  } as Collecting;
  beforeEach(async () => {
    collecting.at = await addServer(store, server);
    collecting.replica = new Replica(store, plan);
    await collecting.takeSnapshot();
  });
  afterEach(async () => {
    await collecting.replica.stop();
    await store.releaseServers();
  });
  return collecting;
}
