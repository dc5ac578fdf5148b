import {
  deleteIncident,
  openIncident,
  READ_INCIDENTS,
  readStatus,
  updateIncident,
} from '@tidegate/contracts/notifier/incidents';
import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import { NotifierWorld } from '../../test/fixture.ts';

test('what an operator writes wakes the gateways, which read it; what changes nothing wakes nobody', async () => {
  const world = await NotifierWorld.start();
  await world.boot();
  let woken = 0;
  await world.onGatewayWake(READ_INCIDENTS, () => {
    woken += 1;
  });
  const after = async (times: number) => {
    await until(() => woken === times);
    const { incidents } = await world.asService(readStatus, {});
    return incidents.map(({ state }) => state);
  };
  const text = 'Invoices come late.';
  const { id: incidentId } = await world.asService(openIncident, { title: 'Late invoices', text });
  expect(await after(1)).toEqual(['investigating']);
  await world.asService(updateIncident, { incidentId, state: 'resolved', text });
  expect(await after(2)).toEqual(['resolved']);
  const unknown = { incidentId: newId() };
  await expect(world.asService(deleteIncident, unknown)).rejects.toMatchObject({ code: 'not_found' });
  await world.asService(deleteIncident, { incidentId });
  expect(await after(3)).toEqual([]);
});
