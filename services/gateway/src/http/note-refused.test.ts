import { createGrant } from '@tidegate/contracts/billing/grants';
import { createBot, deleteBot, getBot } from '@tidegate/contracts/bot-executor/bots';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { conflict, forbidden, unavailable } from '@tidegate/contracts/kernel/problem';
import { Log } from '@tidegate/telemetry/log';
import { until } from '@tidegate/testing/until';
import type { Principal } from '../kernel/principal.ts';
import { NoteRefused } from './note-refused.ts';

const ORG = '01a1fc74-aa6c-7038-93e8-a50fed220b3c';
const BOT = '01a1fc74-aa6c-7038-93e8-a50fed220b3d';
const person = { kind: 'user' as const, orgId: ORG, userId: 'u-1', sessionId: 's-1', ip: '192.0.2.1', scopes: [] };

function edge() {
  const noted: { input: { action: string; thing: { id: unknown }; actor: object }; orgId: unknown }[] = [];
  const state = { away: false, hangs: false };
  const call = async (_operation: Operation, input: never, { orgId }: { orgId?: string }) => {
    noted.push({ input, orgId });
    if (state.hangs) await new Promise(() => {});
    if (state.away) throw unavailable();
  };
  const refused = new NoteRefused({ call } as never, new Log({ service: 'gateway' }));
  const note = (
    operation: Operation,
    {
      caller = person,
      params = {},
      error = forbidden(),
      only,
    }: Partial<Principal> & { params?: object; error?: Error },
  ) => refused.note(operation, { principal: caller && { caller, only }, params } as never, error);
  return { noted, state, note };
}

test('an attempt without the right is noted once an hour, with who, what and to which thing', () => {
  const { noted, note } = edge();
  for (let times = 0; times < 1_000; times += 1) note(deleteBot, { params: { botId: BOT } });
  const actor = { kind: 'person', userId: 'u-1', sessionId: 's-1', address: '192.0.2.1' };
  expect(noted).toEqual([{ orgId: ORG, input: { action: 'bots.delete', actor, thing: { kind: 'bot', id: BOT } } }]);
  note(deleteBot, { caller: { ...person, kind: 'api_key', keyId: 'k-1' }, params: { botId: BOT } });
  expect(noted[1]?.input.actor).toMatchObject({ kind: 'api_key', keyId: 'k-1' });
  // With the right that was missing, where it was one.
  note(createBot, { error: forbidden({ scope: 'bots:write' }) });
  expect(noted[2]?.input).toMatchObject({ action: 'bots.create', missingScope: 'bots:write' });
});

test('outsiders, reading, and refusals for other reasons are not noted, nor what somebody wrote in the place of an id', () => {
  const { noted, note } = edge();
  const { orgId: _, ...nowhere } = person;
  note(deleteBot, { caller: nowhere });
  note(deleteBot, { error: conflict() });
  note(deleteBot, { only: { parameter: 'botId', id: BOT } });
  note(getBot, {});
  expect(noted).toEqual([]);
  note(deleteBot, { params: { botId: '<b>\u202eowned</b> and more' } });
  expect(noted[0]?.input.thing.id).toBeNull();
  // Of the own organisation, whichever one is named.
  note(createGrant, { params: { organisationId: BOT } });
  expect(noted[1]).toMatchObject({ orgId: ORG, input: { thing: { kind: 'grant', id: null } } });
});

test('while identity is away it is noted later, and nothing piles up', async () => {
  const { noted, state, note } = edge();
  state.away = true;
  note(deleteBot, {});
  await until(() => {
    note(deleteBot, {});
    return noted.length > 1;
  });
  state.hangs = true;
  for (let at = 0; at < 500; at += 1) note(deleteBot, { caller: { ...person, userId: `u${at}` } });
  expect(noted.length).toBeLessThan(30);
});
