import { findingFound, findingSolved } from '@tidegate/contracts/monitor-agent/server-list';
import { addServer } from '../../test/collector.ts';
import { useStore } from '../../test/fixture.ts';
import { HALF } from './wraparound.rules.ts';
import { WraparoundFinding } from './wraparound-finding.ts';

const store = useStore();

test('that ids are used up is emitted once, also by the next process, and that they were freed', async () => {
  const { orgId, serverId } = await addServer(store, store.server);
  const begin = Date.now();
  let finding = new WraparoundFinding(serverId, store.outbox);
  /** A snapshot of the ages; `lost`: it could not be stored. */
  const collect = async (shares: number[], minute: number, { lost = false } = {}) => {
    const ages = shares.map((share) => ({ xidAge: share * HALF }));
    const noted = await store.tenants
      .run(orgId, async (tx) => {
        const done = await finding.note(tx, ages, begin + minute * 60_000);
        if (lost) throw new Error('lost');
        return done;
      })
      .catch(() => () => {});
    noted();
  };
  const emitted = async () =>
    (await store.emitted('evt.monitor-agent.finding.'))
      .filter(({ body }) => body['serverId'] === serverId)
      .map(({ subject, body }) => [subject, body['kind'], body['value'] ?? body['seconds']]);
  await collect([0.1, 0.49], 0);
  expect(await emitted()).toEqual([]);
  await collect([0.1, 0.52], 10, { lost: true });
  await collect([0.1, 0.52], 20);
  await collect([0.1, 0.6], 30);
  finding = new WraparoundFinding(serverId, store.outbox);
  await collect([0.1, 0.7], 40);
  // One vacuum more or less, or no answer about any database, is no change.
  await collect([0.1, 0.47], 50);
  await collect([0.1, 0.52], 60);
  await collect([], 70);
  const found = [findingFound.subject, 'wraparound', 0.52];
  expect(await emitted()).toEqual([found]);
  finding = new WraparoundFinding(serverId, store.outbox);
  await collect([0.1, 0.2], 80);
  await collect([0.1, 0.2], 90);
  expect(await emitted()).toEqual([found, [findingSolved.subject, 'wraparound', 3_600]]);
  await store.releaseServers();
});
