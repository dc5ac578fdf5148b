import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tidegate/contracts/all';
import { operations } from '@tidegate/contracts/kernel/registry';
import { documentValidator } from '@tidegate/testing/document-validator';
import { adminPassword, Rest } from '@tidegate/testing/platform';
import { BOT_SETTINGS } from './people.ts';
import type { SharedPlatform } from './shared-platform.ts';

/*
 * The API is what its document says: every operation is called with its own example and with many kinds of bad input, and
 * every answer that comes is one that the document describes.
 */
type Json = Record<string, unknown>;
interface Described {
  operationId: string;
  security?: unknown[];
  parameters?: { name: string; in: string; example?: unknown }[];
  requestBody?: { content: { 'application/json': { example: Json } } };
  responses: Record<string, Json>;
}
interface Document {
  paths: Record<string, Record<string, Described>>;
  components: { responses: Record<string, Json>; headers: Json };
}

export function documents(platform: SharedPlatform): void {
  describe('the documents', () => {
    let anonymous: Rest;
    let owner: Rest;
    let document: Document;
    let validate: ReturnType<typeof documentValidator>['validate'];
    const asked = new Map<string, Set<number>>();
    const faults: string[] = [];

    beforeAll(async () => {
      anonymous = new Rest(platform.url);
      document = (await anonymous.get('/openapi.json')).body as unknown as Document;
      validate = documentValidator(document).validate;
      const { body } = await ask(anonymous, 'accounts.register', {
        body: { email: 'owner@example.com', password: 'correct horse battery', name: 'Owner' },
      });
      owner = anonymous.as(body['accessToken'] as string);
    });
    const all = (): { id: string; method: string; path: string; operation: Described }[] =>
      Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({
          id: operation.operationId,
          method: method.toUpperCase(),
          path,
          operation,
        })),
      );

    interface Wish {
      path?: Json;
      query?: string;
      body?: unknown;
      headers?: Record<string, string>;
    }

    /** Asks an operation, and notes when its answer is not in the document. */
    async function ask(rest: Rest, id: string, { path = {}, query = '', body, headers = {} }: Wish = {}) {
      const found = all().find((one) => one.id === id);
      if (!found) throw new Error(`There is no operation ${id}.`);
      const filled = found.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
        const example = found.operation.parameters?.find((one) => one.name === name)?.example;
        return encodeURIComponent(String(path[name] ?? example));
      });
      const send = () => rest.send(found.method, filled + query, body, headers);
      // One that is refused before its body was read ends its connection, sometimes while it is still being sent.
      const answer = await send().catch((error: { cause?: { code?: string } }) => {
        if (!['EPIPE', 'ECONNRESET'].includes(error.cause?.code ?? '')) throw error;
        return send();
      });
      asked.set(id, (asked.get(id) ?? new Set()).add(answer.status));
      const given = found.operation.responses[answer.status];
      const name =
        String(given?.['$ref'] ?? '')
          .split('/')
          .at(-1) ?? '';
      const described = (name ? document.components.responses[name] : given) as
        | { content?: Json; headers?: Json }
        | undefined;
      const note = (what: string) =>
        faults.push(`${id} ${answer.status}: ${what} ${JSON.stringify(answer.body).slice(0, 300)}`);
      if (!described) note('not in the document');
      else if (described.content) {
        const type = answer.headers.get('content-type')?.split(';')[0] ?? 'none';
        const content = described.content[type] as { schema: Json } | undefined;
        if (!content) note(`content type ${type}`);
        else if (/[/+]json\b/.test(type)) for (const fault of validate(content.schema, answer.body)) note(fault);
      }
      return answer;
    }

    const created = async (id: string, wish: Wish): Promise<string> => {
      const { status, body } = await ask(owner, id, wish);
      expect({ id, status, body }).toMatchObject({ status: 201 });
      return body['id'] as string;
    };

    /** Page by page, one item at a time, a list has what it has at once, and its last page says that it is the last. */
    async function follow(id: string, path: Json): Promise<void> {
      const whole = (await ask(owner, id, { path, query: '?limit=20' })).body['items'] as unknown[] | undefined;
      if (!whole || whole.length > 10) return;
      const found: unknown[] = [];
      let cursor = '';
      do {
        const { body } = await ask(owner, id, { path, query: `?limit=1${cursor && `&cursor=${cursor}`}` });
        found.push(...(body['items'] as unknown[]));
        cursor = (body['nextCursor'] as string | undefined) ?? '';
      } while (cursor && found.length < 20);
      // Ages and prices move between two reads: what has an id is compared by it.
      const which = (items: unknown[]) => items.map((item) => (item as { id?: string }).id ?? item);
      expect({ id, found: which(found) }).toEqual({ id, found: which(whole) });
    }

    test('every answer is one that the document describes: what is right, and what is wrong in many ways', async () => {
      const botId = await created('bots.create', { body: { name: 'Bot', settings: BOT_SETTINGS } });
      const channelId = await created('channels.create', { body: { kind: 'webhook', url: 'http://127.0.0.1:9/hook' } });
      const serverId = await created('servers.create', {
        body: { name: 'Shop', host: '127.0.0.1', port: 1, user: 'app', password: 'wrong' },
      });
      const keyId = await created('keys.create', { body: { name: 'Reader', scopes: ['bots:read'] } });
      const key = (await ask(owner, 'keys.create', { body: { name: 'Other', scopes: ['bots:read'] } })).body[
        'key'
      ] as string;
      const backtestId = await created('backtests.create', { body: { settings: BOT_SETTINGS } });
      const invitationId = await created('invitations.create', {
        body: { email: 'guest@example.com', role: 'viewer' },
      });
      const real = { botId, channelId, serverId, backtestId };
      const limited = anonymous.as(key);

      const destructive = /delete|logout|revoke|remove|switch|refresh|login|register/;
      const others = all().filter(({ path }) => path !== '/api/v1/stream' && !path.endsWith('/file'));
      for (const { id, method, operation } of others) {
        const body = operation.requestBody?.content['application/json'].example;
        const isPublic = operation.security?.length === 0;
        // As its example says, of nothing that exists; then of what exists.
        if (!(destructive.test(id) && operation.parameters?.every((one) => one.in !== 'path'))) {
          await ask(isPublic ? anonymous : owner, id, { body });
          if (!destructive.test(id)) await ask(owner, id, { path: real, body });
        }
        if (isPublic && !body) continue;
        await ask(owner, id, { query: '?unknown=1', body });
        if (!isPublic) {
          await ask(anonymous, id, { body });
          await ask(anonymous.as('tg_no_key_of_ours'), id, { body });
          await ask(limited, id, { body });
        }
        for (const { name } of operation.parameters?.filter((one) => one.in === 'path') ?? [])
          await ask(owner, id, { path: { ...real, [name]: 'not!one' }, body });
        if (operation.parameters?.some((one) => one.name === 'limit')) {
          await ask(owner, id, { path: real, query: '?limit=0' });
          if (operation.parameters.some((one) => one.name === 'cursor'))
            await ask(owner, id, { path: real, query: '?limit=1&cursor=WyJ4Il0' });
        }
        if (method === 'GET' || method === 'DELETE') continue;
        await ask(owner, id, { path: real, body: '{"a":' });
        await ask(owner, id, { path: real, body: { nothing: 'of this' } });
        await ask(owner, id, { path: real, body: 'x', headers: { 'content-type': 'text/plain' } });
        await ask(owner, id, { path: real, body: `"${'x'.repeat(1_100_000)}"` });
        await ask(owner, id, { path: real, body, headers: { 'Idempotency-Key': 'ä' } }).catch(() => undefined);
      }
      for (const { id, operation } of all())
        if (operation.parameters?.some((one) => one.name === 'cursor')) await follow(id, real);
      await ask(owner, 'bots.start', { path: { botId } });
      expect((await ask(owner, 'bots.delete', { path: { botId } })).status).toBe(409);
      await ask(owner, 'keys.revoke', { path: { keyId } });
      await ask(owner, 'invitations.revoke', { path: { invitationId } });
      await ask(owner, 'servers.delete', { path: { serverId } });
      await ask(owner, 'backtests.delete', { path: { backtestId } });
      await ask(owner, 'candles.delete', { query: '?market=BTC-USDT&interval=1h' });
      const twice = { body: { name: 'Twice', settings: BOT_SETTINGS }, headers: { 'Idempotency-Key': 'one' } };
      for (const wish of [twice, twice, { ...twice, body: { ...twice.body, name: 'Thrice' } }])
        await ask(owner, 'bots.create', wish);
      for (let n = 0; n < 3; n += 1)
        await ask(owner, 'bots.create', { body: { name: `Bot ${n}`, settings: BOT_SETTINGS } });
      const admin = { email: 'admin@localhost', password: adminPassword(platform) };
      const { status, body: loggedIn } = await ask(anonymous, 'sessions.login', { body: admin });
      expect(status).toBe(201);
      await ask(anonymous, 'sessions.login', { body: { ...admin, password: 'wrong' } });
      // What only operators may do, to an organisation that exists.
      const operator = anonymous.as(loggedIn['accessToken'] as string);
      const organisationId = (await ask(owner, 'organisations.get')).body['id'];
      for (const { id, operation } of others.filter(({ path }) => path.startsWith('/api/v1/operator/'))) {
        const body = operation.requestBody?.content['application/json'].example;
        await ask(operator, id, { path: { organisationId }, body });
        if (operation.parameters?.some((one) => one.name === 'cursor'))
          await ask(operator, id, { path: { organisationId }, query: '?limit=1' });
      }
      // What there is to an invoice, as JSON and as a file, once something was charged.
      const charge = { currency: 'EUR', amountMinor: 2_900, description: 'Set up', reason: 'Contract', now: true };
      const charged = await ask(operator, 'invoices.charge-once', {
        path: { organisationId },
        body: { ...charge, chargeKey: 'printed' },
      });
      const invoiceId = (charged.body['invoice'] as Json | undefined)?.['id'];
      for (const [who, id] of [
        [owner, 'invoices.get'],
        [owner, 'invoices.pdf'],
        [operator, 'invoices.pdf-of-any'],
      ] as const)
        expect((await ask(who, id, { path: { organisationId, invoiceId } })).status, id).toBe(200);
      await ask(operator, 'invoices.pay', { path: { organisationId, invoiceId }, body: { reason: 'Bank transfer' } });
      await ask(owner, 'sessions.logout');
      expect(faults).toEqual([]);
    });

    test('every operation was asked, and most were right at least once', () => {
      const mounted = operations().filter(({ http }) => http);
      expect(mounted.filter(({ name }) => !asked.has(name)).map(({ name }) => name)).toEqual([]);
      const right = mounted.filter(({ name }) => [...(asked.get(name) ?? [])].some((status) => status < 300));
      expect(right.length).toBeGreaterThan(mounted.length * 0.6);
      expect([...new Set([...asked.values()].flatMap((statuses) => [...statuses]))].sort()).toEqual(
        expect.arrayContaining([200, 201, 204, 400, 401, 402, 403, 404, 409, 413, 415, 422]),
      );
    });

    test('what the page refers to is there', async () => {
      const page = await (await fetch(`${platform.url}/docs`)).text();
      const assets = [...page.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map(([, path]) => path as string);
      const types = new Map<string, string>();
      for (const path of [...assets, '/docs/minisearch.js', '/docs/samples.js', '/favicon.ico']) {
        const answer = await fetch(platform.url + path);
        expect({ path, status: answer.status }).toEqual({ path, status: 200 });
        types.set(path, answer.headers.get('content-type')?.split(';')[0] ?? '');
        if (path.endsWith('minisearch.js')) expect(await answer.text()).toMatch(/export \{ \w+ as default \}/);
      }
      expect(Object.fromEntries(types)).toEqual({
        '/docs/icon.svg': 'image/svg+xml',
        '/docs/style.css': 'text/css',
        '/docs/page.js': 'text/javascript',
        '/docs/try-it.js': 'text/javascript',
        '/docs/minisearch.js': 'text/javascript',
        '/docs/samples.js': 'text/javascript',
        '/favicon.ico': 'image/svg+xml',
      });
    });

    const run = (command: string, args: string[], cwd: string): string =>
      execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

    /** What the reference page shows to copy does what it says, with the customer's own tools. */
    async function runSamples(folder: string): Promise<void> {
      const account = { email: 'copies@example.com', password: 'correct horse battery', name: "O'Copy" };
      const { body: session } = await anonymous.post('/api/v1/accounts', account);
      const owned = anonymous.as(session['accessToken'] as string);
      const key = { name: 'copied', scopes: ['bots:read', 'bots:write'] };
      const env = { ...process.env, TIDEGATE_KEY: (await owned.post('/api/v1/api-keys', key)).body['key'] as string };
      const has = (command: string) => spawnSync(command, ['--version']).status === 0;
      const shell = { env, encoding: 'utf8' } as const;
      writeFileSync(join(folder, 'samples.js'), await (await fetch(`${platform.url}/docs/samples.js`)).text());
      const text = (language: string, call: object): string => {
        const program = `import('./samples.js').then((all) => process.stdout.write(all[process.argv[1]](JSON.parse(process.argv[2]), process.argv[3])))`;
        return run(process.execPath, ['-e', program, language, JSON.stringify(call), platform.url], folder);
      };
      const runs: Record<string, (text: string) => string> = {
        typescript: (text) => {
          writeFileSync(join(folder, 'sample.ts'), text);
          return execFileSync(process.execPath, ['sample.ts'], { ...shell, cwd: folder });
        },
        ...(has('curl') && { curl: (text: string) => execFileSync('sh', ['-c', `${text} -s`], shell) }),
        ...(has('python3') && { python: (text: string) => execFileSync('python3', ['-c', text], shell) }),
      };
      const none = { parameters: {}, query: {} };
      for (const botId of ['..', '.', '']) {
        const elsewhere = { ...none, operationId: 'bots.delete', method: 'DELETE', path: '/api/v1/bots/{botId}' };
        expect(text('curl', { ...elsewhere, parameters: { botId } })).toContain('/api/v1/bots/{botId}');
      }
      for (const [language, runText] of Object.entries(runs)) {
        const title = `it's "${language}" $HOME \\ ü`;
        const create = {
          ...none,
          ...{
            operationId: 'bots.create',
            method: 'POST',
            path: '/api/v1/bots',
            body: { name: title, settings: BOT_SETTINGS },
          },
        };
        const made = runText(text(language, create));
        const botId = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(made)?.[0] ?? made;
        const read = { ...none, operationId: 'bots.get', method: 'GET', path: '/api/v1/bots/{botId}' };
        expect(runText(text(language, { ...read, parameters: { botId } }))).toContain('BTC-USDT');
        expect((await owned.get(`/api/v1/bots/${botId}`)).body['name']).toBe(title);
        const page = { ...none, operationId: 'bots.list', method: 'GET', path: '/api/v1/bots', query: { limit: 1 } };
        expect(runText(text(language, page))).toContain(botId);
        expect((await owned.send('DELETE', `/api/v1/bots/${botId}`)).status).toBe(204);
      }
    }

    test('a customer packs, installs and compiles the client, and it talks to the platform', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tidegate-client-'));
      try {
        run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], join(process.cwd(), 'libs/client'));
        writeFileSync(
          join(folder, 'package.json'),
          JSON.stringify({ name: 'customer', private: true, type: 'module' }),
        );
        writeFileSync(join(folder, 'main.ts'), PROGRAM);
        const options = { module: 'nodenext', target: 'es2022', lib: ['es2023', 'dom'], types: [], strict: true };
        writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['main.ts'] }));
        const [packed = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
        run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${packed}`], folder);
        run(process.execPath, [join(process.cwd(), 'node_modules/typescript/bin/tsc'), '-p', folder], process.cwd());
        expect(run(process.execPath, ['main.js', platform.url], folder).split('\n')).toEqual([
          'BTC-USDT',
          'unauthenticated',
          '',
        ]);
        await runSamples(folder);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
}

const PROGRAM = `import { type Bot, type BotsListProblem, isProblem, TidegateClient } from '@tidegate/client';
declare const process: { argv: string[] };
declare const console: { log(text: string): void };
const url = process.argv[2] as string;
const email = 'customer@example.com';
const { accessToken } = await new TidegateClient({ url }).accountsRegister({ email, password: 'a long password', name: 'C' });
const client = new TidegateClient({ url, token: accessToken as string });
const { items } = await client.marketsList();
const bots: Bot[] = [];
for await (const bot of client.all(client.botsList, { limit: 1 })) bots.push(bot);
// @ts-expect-error there is no such field
void (() => client.botsList({ nothing: 1 }));
console.log(items.find(({ market }) => market === 'BTC-USDT')?.market ?? 'none');
await new TidegateClient({ url }).botsList().catch((error) => {
  if (!isProblem<BotsListProblem>(error)) throw error;
  // @ts-expect-error there is no such problem
  if (error.code === 'unauthentikated') return;
  console.log(error.code);
});
`;
