import { adminPassword, Rest } from '@tidegate/testing/platform';
import { BOT_SETTINGS } from './people.ts';
import type { SharedPlatform } from './shared-platform.ts';

/*
 * Whoever knows an id of another organisation knows nothing: each operation whose path names one answers as for an id that
 * never was, and changes nothing.
 */
type Json = Record<string, unknown>;
interface Described {
  operationId: string;
  security?: unknown[];
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { example?: unknown } | undefined> };
}

/** What can be had with the plan that everybody begins with, by the names of its ids in paths. */
const OWN = [
  ...['serverId', 'botId', 'backtestId', 'channelId', 'keyId', 'invitationId', 'noteId'],
  ...['userId', 'organisationId', 'sessionId', 'invoiceId'],
];
/** Nothing of that id is there, or nobody may, or what was sent does not fit, whatever it is. */
const REFUSED = [400, 402, 403, 404, 409, 415, 422];

export function foreignIds(platform: SharedPlatform): void {
  describe('ids of another organisation', () => {
    let anonymous: Rest;
    let operations: { id: string; method: string; path: string; operation: Described }[];
    beforeAll(async () => {
      anonymous = new Rest(platform.url);
      const { paths } = (await anonymous.get('/openapi.json')).body as unknown as {
        paths: Record<string, Record<string, Described>>;
      };
      operations = Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({
          ...{ id: operation.operationId, method: method.toUpperCase(), path, operation },
        })),
      );
    });

    function ask(rest: Rest, id: string, ids: Json = {}, body?: unknown) {
      const found = operations.find((one) => one.id === id);
      if (!found) throw new Error(`There is no operation ${id}.`);
      const path = found.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(String(ids[name])));
      return rest.send(found.method, path, body ?? (found.method === 'POST' ? {} : undefined));
    }
    async function register(name: string): Promise<Rest> {
      const account = { email: `${name}@ids.example.com`, password: 'correct horse battery', name };
      return anonymous.as((await ask(anonymous, 'accounts.register', {}, account)).body['accessToken'] as string);
    }

    /** One of each thing, as far as its plan has it. */
    async function ownThings(mine: Rest, operator: Rest): Promise<Json> {
      const ids: Json = {};
      const make = async (name: string, id: string, body: unknown) => {
        const made = await ask(mine, id, ids, body);
        if (made.body['id']) ids[name] = made.body['id'];
      };
      const settings = BOT_SETTINGS;
      await make('serverId', 'servers.create', {
        ...{ name: 'Of mine', host: '127.0.0.1', port: 1, user: 'app', password: 'wrong' },
      });
      await make('botId', 'bots.create', { name: 'Of mine', settings });
      await make('backtestId', 'backtests.create', { settings });
      await make('sweepId', 'sweeps.create', {
        settings,
        vary: [{ setting: 'takeProfit.percent', values: ['1', '2'] }],
      });
      await make('uploadId', 'candles.begin-upload', { market: 'BTC-USDT', interval: '1m' });
      await make('channelId', 'channels.create', { kind: 'webhook', url: 'http://127.0.0.1:9/mine' });
      await make('keyId', 'keys.create', { name: 'Of mine', scopes: ['bots:read'] });
      await make('invitationId', 'invitations.create', { email: 'mine@example.com', role: 'viewer' });
      await make('noteId', 'servers.notes.create', { text: 'Of mine' });
      await make('linkId', 'links.create', { name: 'Of mine', kind: 'server', thingId: ids['serverId'] });
      await make('domainId', 'domains.add', { domain: 'of-mine.example.com' });
      ids['userId'] = ((await ask(mine, 'accounts.me')).body['user'] as Json)['id'];
      ids['organisationId'] = (await ask(mine, 'organisations.get')).body['id'];
      ids['sessionId'] = ((await ask(mine, 'sessions.list')).body['items'] as Json[])[0]?.['id'];
      const charge = {
        chargeKey: 'mine',
        currency: 'EUR',
        amountMinor: 100,
        description: 'Set up',
        reason: 'set up',
        now: true,
      };
      const charged = await ask(operator, 'invoices.charge-once', ids, charge);
      expect(charged.status, JSON.stringify(charged.body)).toBeLessThan(300);
      ids['invoiceId'] = (charged.body['invoice'] as Json | undefined)?.['id'];
      return ids;
    }

    test('are ids of nothing, in every operation that takes one', async () => {
      const admin = { email: 'admin@localhost', password: adminPassword(platform) };
      const loggedIn = await ask(anonymous, 'sessions.login', {}, admin);
      const [mine, other] = [await register('mine'), await register('other')];
      const real = await ownThings(mine, anonymous.as(loggedIn.body['accessToken'] as string));
      expect(Object.keys(real).filter((name) => real[name])).toEqual(expect.arrayContaining(OWN));
      const taking = operations.filter(
        ({ path, operation }) =>
          !path.startsWith('/api/v1/operator/') &&
          operation.security?.length !== 0 &&
          operation.parameters?.some((one) => one.in === 'path' && real[one.name]),
      );
      expect(taking.length).toBeGreaterThan(50);
      /** What is said, whichever id was asked for. */
      const said = ({ status, body }: { status: number; body: Json }, ids: Json) => {
        const text = JSON.stringify({ ...body, instance: '', traceId: '' });
        return [status, Object.values(ids).reduce<string>((all, id) => all.replaceAll(String(id), '…'), text)];
      };
      for (const { id, operation } of taking) {
        const names = operation.parameters?.filter((one) => one.in === 'path').map(({ name }) => name) ?? [];
        // Of an API key the id is no uuid.
        const unlike = (known: unknown) =>
          /^\w{10}$/.test(String(known)) ? [...String(known)].reverse().join('') : crypto.randomUUID();
        const unknown = Object.fromEntries(names.map((name) => [name, unlike(real[name])]));
        const body = operation.requestBody?.content['application/json']?.example;
        const ids = { ...unknown, ...real };
        const [foreign, nothing] = [await ask(other, id, ids, body), await ask(other, id, unknown, body)];
        expect({ id, answer: said(foreign, ids) }).toEqual({ id, answer: said(nothing, unknown) });
        expect({ id, refused: REFUSED.includes(foreign.status) }).toEqual({ id, refused: true });
      }
      for (const id of ['bots.get', 'servers.get', 'channels.get', 'backtests.get', 'invoices.get'])
        expect((await ask(mine, id, real)).status, id).toBe(200);
      const counts = ['keys.list', 'invitations.list', 'members.list', 'sessions.list'];
      for (const id of counts) expect((await ask(mine, id)).body['items'], id).toHaveLength(1);
    });
  });
}
