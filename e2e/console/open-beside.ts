import { Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import type { Page } from 'playwright-core';
import { BOT_SETTINGS, operatorOf } from '../people.ts';
import { ask, type Visit } from './visit.ts';

interface List {
  address: string;
  /** The table, and what the panel is called. */
  table: string;
  panel: string;
  /** Of its rows, from the first one on: what the panel says of each. */
  says: readonly string[];
}

/** Bots and invoices open beside their lists, as statements and deliveries do. */
export function openBeside(visit: Visit): void {
  let page: Page;
  let home: string;
  beforeAll(async () => {
    page = await visit.somebody();
    home = await visit.register(page, 'Beside Reader');
  });
  afterAll(() => page?.context().close());

  test('a bot opens beside the list with its figures and levels, and can be started there', async () => {
    for (const name of ['Alpha', 'Beta']) {
      expect((await ask(page, 'POST', '/bots', { name, settings: BOT_SETTINGS })).status).toBe(201);
    }
    const address = `${home}/bots?sort=name`;
    await opens({ address, table: 'Bots', panel: 'Bot', says: ['Alpha', 'Beta'] });
    await visit.go(page, address);
    await page.getByRole('button', { name: 'Beside the list: Alpha' }).click();
    const panel = page.getByRole('complementary', { name: 'Bot' });
    await panel.getByRole('table', { name: 'Levels' }).waitFor();
    await panel.getByRole('button', { name: 'Start' }).click();
    await panel.getByText('Running', { exact: true }).waitFor();
    const row = page.getByRole('table', { name: 'Bots' }).getByRole('row').filter({ hasText: 'Alpha' });
    await row.getByText('Running', { exact: true }).waitFor();
    // What is chosen in its table is not the list’s.
    await panel.getByRole('table', { name: 'Levels' }).getByRole('button', { name: 'Price', exact: true }).click();
    await until(() => page.url().includes('levels-by=-price'), { what: 'the order of the levels' });
    await panel.getByRole('link', { name: 'Open its page' }).click();
    await page.getByRole('heading', { name: 'Alpha', level: 1 }).waitFor();
    // The overview has it as well, for whoever watches no server.
    await visit.go(page, home);
    const line = page.getByRole('listitem').filter({ has: page.getByRole('link', { name: 'Alpha' }) });
    await line.getByText('Running', { exact: true }).waitFor();
    expect(await visit.judge(page)).toEqual([]);
  });

  test('an invoice opens beside the list with its lines', async () => {
    const operator = await operatorOf(visit.platform, new Rest(visit.url));
    for (const [chargeKey, amountMinor] of [
      ['first', 12_300],
      ['second', 45_600],
    ]) {
      const charged = await operator.post(`/api/v1/operator/organisations/${home.split('/').at(-1)}/charges`, {
        ...{ chargeKey, description: `The ${chargeKey}`, currency: 'EUR', amountMinor },
        ...{ reason: 'Contract of 2026-11-01', now: true },
      });
      expect(charged.status).toBe(200);
    }
    await opens({
      address: `${home}/billing?by=total`,
      table: 'Invoices',
      panel: 'Invoice',
      says: ['The first', 'The second'],
    });
  });

  async function opens({ address, table, panel: name, says: [first = '', second = ''] }: List): Promise<void> {
    await visit.go(page, address);
    const rows = page.getByRole('table', { name: table }).locator('tbody tr');
    await until(async () => (await rows.count()) === 2, { what: `two rows of ${table}` });
    const list = page.url();
    const panel = page.getByRole('complementary', { name });
    // Anywhere on the row but on what does something by itself.
    await rows.first().locator('td').nth(2).click();
    await panel.getByText(first).first().waitFor();
    await visit.settled(page);
    expect(await rows.count()).toBe(2);
    expect(await visit.judge(page)).toEqual([]);
    const link = page.url();
    expect(await panel.getByRole('button', { name: 'The one before' }).isDisabled()).toBe(true);
    await panel.getByRole('button', { name: 'The next one' }).click();
    await panel.getByText(second).first().waitFor();
    await page.goBack();
    await panel.waitFor({ state: 'detached' });
    expect(page.url()).toBe(list);
    // By the keyboard: into it, and back to where one was.
    const opener = rows.nth(1).getByRole('button', { name: /^Beside the list/ });
    await opener.focus();
    await page.keyboard.press('Enter');
    await panel.getByText(second).first().waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    await until(() => opener.evaluate((one) => one === one.ownerDocument.activeElement), {
      what: 'the focus back at its row',
    });
    // A link opens it at once; in a narrow window it is the page.
    await visit.go(page, link);
    await panel.getByText(first).first().waitFor();
    await page.setViewportSize({ width: 390, height: 800 });
    const dialog = page.getByRole('dialog', { name });
    await dialog.getByText(first).first().waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(page.url()).not.toContain('open=');
    await page.setViewportSize({ width: 1440, height: 900 });
  }
}
