import { deadLetterFailed, deadLetters } from '@tidegate/contracts/kernel/dead-letters';
import { forbidden, problemError } from '@tidegate/contracts/kernel/problem';
import { serviceStates } from '@tidegate/contracts/kernel/service-state';
import { newId } from '@tidegate/database/ids';
import type { Rest } from '@tidegate/testing/platform';
import { GatewayWorld } from '../../test/fixture.ts';
import { answerOf } from '../../test/neighbours.ts';

let world: GatewayWorld;
let operator: Rest;

beforeAll(async () => {
  world = await GatewayWorld.start();
  operator = world.rest.as(world.accounts.newKey(newId(), ['operator']));
});

const SERVICES = '/api/v1/operator/services';

test('a service that is gone is shown as silent beside the others', async () => {
  await world.neighbours.stop('notifier');
  const { status, body } = await operator.get<{ items: { service: string; state: unknown }[] }>(SERVICES);
  expect(status).toBe(200);
  const states = new Map(body.items.map(({ service, state }) => [service, state]));
  expect([...states.keys()]).toEqual(['identity', 'billing', 'usage', 'monitor-agent', 'bot-executor', 'notifier']);
  expect(states.get('notifier')).toBeNull();
  expect(states.get('billing')).toEqual(answerOf(serviceStates.billing));
});

test('who may not see the services is refused by them, and so here', async () => {
  world.neighbours.on(serviceStates.usage, (_input, caller) => {
    expect(caller.scopes).toEqual(['billing:read']);
    throw forbidden();
  });
  const customer = world.rest.as(world.accounts.newKey(newId(), ['billing:read']));
  expect(await customer.get(SERVICES)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  world.neighbours.reset();
});

test('dead letters of a service are listed, replayed and discarded by the service', async () => {
  const id = newId();
  const given: unknown[] = [];
  const { list, replay, discard } = deadLetters.billing;
  world.neighbours.on(list, (input) => {
    given.push(input);
    return answerOf(list);
  });
  world.neighbours.on(replay, (input) => {
    given.push(input);
    throw problemError(deadLetterFailed, { error: 'Error: again', attempts: 6 });
  });
  world.neighbours.on(discard, (input) => {
    given.push(input);
    return {};
  });
  const letters = `${SERVICES}/billing/dead-letters`;
  expect(await operator.get(`${letters}?limit=7`)).toMatchObject({ status: 200, body: answerOf(list) });
  expect(await operator.post(`${letters}/${id}/replay`, {})).toMatchObject({
    status: 409,
    body: { code: 'dead_letter_failed_again', attempts: 6 },
  });
  expect((await operator.post(`${letters}/${id}/discard`, { reason: 'Its server is gone' })).status).toBe(204);
  expect(given).toEqual([{ limit: 7 }, { id }, { id, reason: 'Its server is gone' }]);
  world.neighbours.reset();
});

test('what names no service, or no reason, is refused before anybody is asked', async () => {
  expect(await operator.get(`${SERVICES}/gateway/dead-letters`)).toMatchObject({
    status: 422,
    body: { code: 'validation_failed', errors: [{ field: '/service' }] },
  });
  expect(await operator.get(`${SERVICES}/billing/dead-letters?sort=x`)).toMatchObject({
    status: 422,
    body: { errors: [{ field: '/sort', code: 'unknown_field' }] },
  });
  expect(await operator.post(`${SERVICES}/billing/dead-letters/${newId()}/discard`, {})).toMatchObject({
    status: 422,
    body: { errors: [{ field: '/reason' }] },
  });
});
