import type { Page } from 'playwright-core';
import { BOT_SETTINGS } from '../people.ts';
import { ask, type Visit } from './visit.ts';

/** What only reads, with the shares that filter statements: everything else that a page offers has to be for those who may. */
const READS =
  /^(Columns|CSV|Copy.*|Beside the list.*|Show more|Show \d+ new|Put away|As a table|All of it|Now|UTC|Show the price with it|.*\d %|.*\d%)$/;
/** Pages that are there to change something, and say so to whoever may not. */
const CHANGES = ['servers/new', 'bots/new', 'sweeps/new', 'appearance'];

/** Whoever may only look is offered nothing that would be refused, on any page. */
export function readAsAViewer(visit: Visit): void {
  let owner: Page;
  let page: Page;
  let home: string;
  let things: { bot: string; server: string };
  const refused: string[] = [];

  beforeAll(async () => {
    const operator = await visit.operator();
    owner = operator.page;
    page = await visit.somebody();
    await visit.register(page, 'Looking Person');
    home = operator.home;
    const made = async <T = { id: string }>(path: string, body: object) => {
      const answer = await ask<T>(owner, 'POST', path, body);
      expect({ path, status: answer.status }).toEqual({ path, status: 201 });
      return answer.body;
    };
    const bot = await made('/bots', { name: 'Looked at', settings: BOT_SETTINGS });
    await made('/backtests', { settings: BOT_SETTINGS });
    await made('/channels', { kind: 'webhook', url: 'https://1.1.1.1/' });
    const servers = await ask<{ items: { id: string }[] }>(owner, 'GET', '/servers');
    const [server] = servers.body.items;
    things = { bot: bot.id, server: server?.id ?? '' };
    await ask(owner, 'POST', `/servers/${things.server}/notes`, { text: 'Seen', at: new Date().toISOString() });
    await made('/invitations', { email: 'somebody.else@example.com', role: 'viewer' });
    const { token } = await made<{ token: string }>('/invitations', {
      email: 'looking.person@example.com',
      role: 'viewer',
    });
    expect((await ask(page, 'POST', '/invitations/accept', { token })).status).toBe(200);
    page.on('response', (answer) => {
      if (answer.status() === 403) refused.push(`${page.url()}: ${answer.request().method()} ${answer.url()}`);
    });
  });
  afterAll(() => Promise.all([owner, page].map((one) => one?.context().close())));

  /** Names of the buttons and of the links to forms in the page, without the headings that sort. */
  async function offered(address: string): Promise<string[]> {
    await visit.go(page, address);
    const buttons = (await page.evaluate(`[...document.querySelectorAll('main button, main [type=submit]')]
      .filter((one) => !one.closest('thead') && one.offsetParent !== null)
      .map((one) => (one.getAttribute('aria-label') ?? one.textContent).trim())`)) as string[];
    const links = (await page.evaluate(`[...document.querySelectorAll('main a[href]')]
      .map((one) => new URL(one.href).pathname).filter((path) => /[/](new|edit|settings)$/.test(path))`)) as string[];
    return [...buttons.filter((name) => !READS.test(name)), ...links].map(
      (name) => `${address.slice(home.length)}: ${name}`,
    );
  }

  test('no page of the bar, of a server or of a bot offers what would be refused, or reads what is', async () => {
    await visit.go(page, home);
    const bar = (await page.evaluate(
      `[...document.querySelectorAll('nav a[href]')].map((one) => one.href.replace(/[?#].*/, ''))`,
    )) as string[];
    // Of the person, who may do there what they like.
    const pages = [...new Set(bar)].filter((one) => one.startsWith(home) && !/[/](organisations|account)$/.test(one));
    expect(pages.length).toBeGreaterThan(8);
    const tabs = [
      '',
      '/statements',
      '/activity',
      '/tables',
      '/indexes',
      '/findings',
      '/wraparound',
      '/sizes',
      '/missing',
    ];
    const { body } = await ask<{ products: { plans: { product: string; plan: string }[] }[] }>(
      page,
      'GET',
      '/billing/plans',
    );
    const plan = body.products[0]?.plans.at(-1);
    const backtests = await ask<{ items: { id: string }[] }>(owner, 'GET', '/backtests');
    const addresses = [
      ...pages,
      ...tabs.map((tab) => `${home}/servers/${things.server}${tab}`),
      ...['', '?tab=trades', '?tab=decisions'].map((tab) => `${home}/bots/${things.bot}${tab}`),
      `${home}/backtests/${backtests.body.items[0]?.id}`,
      `${home}/billing/credits`,
      `${home}/billing/details`,
      `${home}/billing/addons/${plan?.product}`,
      `${home}/plans/${plan?.product}/${plan?.plan}`,
    ];
    const found: string[] = [];
    for (const address of addresses) found.push(...(await offered(address)));
    expect(found).toEqual([]);
    expect(refused).toEqual([]);
  });

  test('a page that is there to change something says whom to ask', async () => {
    const forms = [...CHANGES, `bots/${things.bot}/edit`, `servers/${things.server}/settings`];
    for (const form of forms) {
      await visit.go(page, `${home}/${form}`);
      await page.getByRole('heading', { name: 'Your role in this organisation may not do this' }).waitFor();
      expect(await offered(`${home}/${form}`)).toEqual([]);
    }
    expect(refused).toEqual([]);
    expect(await visit.judge(page)).toEqual([]);
  });

  test('and a list that the role may not read, by a link to it, as well', async () => {
    await visit.go(page, `${home}/keys`);
    await page.getByRole('heading', { name: 'Your role in this organisation may not see this' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await visit.judge(page)).toEqual([]);
  });
}
