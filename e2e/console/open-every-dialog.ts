import type { Locator, Page } from 'playwright-core';
import { BOT_SETTINGS } from '../people.ts';
import { ask, emailOf, PASSWORD, type Visit } from './visit.ts';

/** Dialogs and menus that no other journey opens, and the pages of what exists: each can be used by everybody. */
export function openEveryDialog(visit: Visit): void {
  let page: Page;
  let home: string;
  let dialog: Locator;

  beforeAll(async () => {
    page = await visit.somebody();
    home = await visit.register(page, 'Opening Person');
    dialog = page.getByRole('dialog');
  });
  afterAll(() => page?.context().close());

  async function judged(open: () => Promise<unknown>, shown: Locator = dialog): Promise<void> {
    await open();
    await shown.waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await shown.waitFor({ state: 'detached' });
  }
  const button = (name: string, inside: Page | Locator = page) => inside.getByRole('button', { name, exact: true });

  test('what the shell opens', async () => {
    await visit.go(page, home);
    await judged(() => page.keyboard.press('Control+k'));
    await judged(() => page.keyboard.press('?'));
    await judged(() => button('Opening Person').click(), page.getByRole('menu'));
  });

  test('channels and the account', async () => {
    await visit.go(page, `${home}/channels`);
    await judged(() => button('Add a channel').click());
    expect((await ask(page, 'POST', '/channels', { kind: 'webhook', url: 'https://1.1.1.1/' })).status).toBe(201);
    await visit.go(page, `${home}/channels`);
    const row = page.getByRole('row').filter({ has: button('Edit') });
    await judged(() => button('Edit', row).click());
    await judged(() => button('Delete', row).click());
    await judged(() => button('Columns').first().click(), page.getByRole('menu'));
    expect(await visit.judge(page)).toEqual([]);
    await visit.go(page, `${home}/account`);
    await judged(() => button('Delete the account').click());
    const elsewhere = await visit.somebody();
    await elsewhere.goto(visit.url);
    await visit.logIn(elsewhere, emailOf('Opening Person'), PASSWORD);
    await elsewhere.getByRole('heading', { name: 'Overview' }).waitFor();
    await elsewhere.context().close();
    await visit.go(page, `${home}/account`);
    await judged(() => button('End').click());
    await judged(() => button('End all others').click());
  });

  test('keys and people', async () => {
    const made = await ask(page, 'POST', '/api-keys', { name: 'A key', scopes: ['servers:read'] });
    expect(made.status).toBe(201);
    await visit.go(page, `${home}/keys`);
    expect(await visit.judge(page)).toEqual([]);
    await judged(() => button('Rename').click());
    await judged(() => button('Rotate').click());
    await visit.go(page, `${home}/team`);
    await page.getByLabel('E-mail of the person').fill('guest@example.com');
    await button('Invite').click();
    await page.getByRole('cell', { name: 'guest@example.com' }).waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await judged(() => button('Take back').click());
  });

  test('a bot with all that there is of it', async () => {
    const bot = await ask<{ id: string }>(page, 'POST', '/bots', { name: 'Seen bot', settings: BOT_SETTINGS });
    expect((await ask(page, 'POST', `/bots/${bot.body.id}/start`)).status).toBe(200);
    const address = `${home}/bots/${bot.body.id}`;
    await visit.go(page, address);
    await page.getByRole('heading', { name: 'Levels of the open trade' }).waitFor();
    await judged(() => button('Stop').click());
    const pages = ['', '?tab=trades', '?tab=equity', '?tab=decisions', '?tab=ledger', '/edit'];
    expect(
      await visit.judgeAll(
        page,
        pages.map((one) => `${address}${one}`),
      ),
    ).toEqual([]);
    // The form of another strategy.
    const martingale = { strategy: 'martingale-ema', market: 'BTC-USDT', direction: 'long', balance: '1000' };
    const settings = { ...martingale, futures: { leverage: '10' } };
    const other = await ask<{ id: string }>(page, 'POST', '/bots', { name: 'Another strategy', settings });
    expect(other.status).toBe(201);
    await visit.go(page, `${home}/bots/${other.body.id}/edit`);
    await page.getByLabel('Leverage').first().waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await visit.go(page, `${home}/bots/${other.body.id}`);
    await judged(() => button('Delete').click());
    const list = `${home}/bots`;
    expect(await visit.judgeAll(page, [list, `${list}?status=stopped`])).toEqual([]);
  });

  test('the pages of operators', async () => {
    const operator = await visit.operator();
    const pages = ['organisations', 'orders', 'revenue', 'costs', 'services', 'services/identity'];
    const own = operator.home.split('/').at(-1);
    const addresses = [...pages, `organisations/${own}`].map((path) => `${operator.home}/operator/${path}`);
    expect(await visit.judgeAll(operator.page, addresses)).toEqual([]);
    await operator.page.context().close();
  });
}
