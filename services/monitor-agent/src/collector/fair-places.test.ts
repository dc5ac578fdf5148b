import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import { addServer, Replica, snapshotAt } from '../../test/collector.ts';
import { FakeServer } from '../../test/fake-server.ts';
import { useServer, useStore } from '../../test/fixture.ts';
import { FIRST_VERSION } from '../../test/postgres-server.ts';
import { Places } from '../kernel/schedule/places.ts';

describe('places', () => {
  test('are so many in all, and so many of each of the owners', () => {
    const places = new Places({ all: 4, each: 2 });
    const first = places.take(['org a', 'person']);
    places.take(['org b', 'person']);
    expect(places.take(['org c', 'person'])).toBeUndefined();
    places.take(['org a', 'another']);
    expect(places.take(['org a', 'a third'])).toBeUndefined();
    places.take(['org d']);
    expect(places.take(['org e'])).toBeUndefined();
    first?.();
    first?.();
    expect(places.used).toBe(3);
    expect(places.take(['org e'])).toBeDefined();
  });
});

describe('one person with servers that hang', () => {
  const store = useStore();
  const server = useServer(FIRST_VERSION);

  test('in however many organisations, does not delay others', async () => {
    let hanging = 0;
    const fake = await FakeServer.start((socket) => {
      hanging += 1;
      socket.on('close', () => {
        hanging -= 1;
      });
    });
    const replica = new Replica(store);
    const personId = newId();
    for (let index = 0; index < 40; index += 1) {
      await addServer(store, { host: '127.0.0.1', port: fake.port }, { orgId: newId(), personId });
    }
    // Twenty are claimed in a turn, so this is when all of them want a place.
    for (let turn = 0; turn < 3; turn += 1) await replica.turn();
    await until(async () => hanging > 0, { withinMs: 5_000, what: 'servers to hang' });
    const { serverId } = await addServer(store, server);
    let turns = 0;
    const looked = async () => {
      if ((await snapshotAt(store, serverId)) !== undefined) return true;
      if (replica.isBusy(serverId)) return false;
      turns += 1;
      await replica.turn();
      return false;
    };
    await until(looked, { withinMs: 20_000, everyMs: 5, what: 'a look at the server that answers' });
    expect(turns).toBeLessThanOrEqual(3);
    expect(hanging).toBeLessThanOrEqual(4);
    await replica.stop();
    await fake.stop();
  });
});
