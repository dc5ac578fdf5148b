import { asSuperuser } from '@tidegate/testing/superuser';
import { until } from '@tidegate/testing/until';
import type { Page } from 'playwright-core';
import { BOT_SETTINGS } from '../people.ts';
import { ask, type Visit } from './visit.ts';

/** Settings are tried on the past: many at once, on what they had not seen, and two beside each other. */
export function trySettings(visit: Visit): void {
  let page: Page;
  let home: string;
  let sweep: string;
  const backtests: string[] = [];
  beforeAll(async () => {
    page = await visit.somebody();
    home = await visit.register(page, 'Trying Person');
  });
  afterAll(() => page?.context().close());

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  async function start(kind: 'ranking' | 'walk-forward'): Promise<void> {
    await visit.go(page, `${home}/sweeps/new`);
    await page.getByText(kind, { exact: true }).click();
    await button('Start').click();
    await page.getByRole('heading', { name: /^Sweep of / }).waitFor();
  }

  test('a sweep of two settings is a map of all combinations, by the figure that is chosen, which the address says', async () => {
    await start('ranking');
    const cells = page.getByRole('region', { name: 'Heat map' }).locator('tbody td');
    await cells.first().waitFor();
    // Four profits to take, three distances.
    expect(await cells.count()).toBe(12);
    await page.getByText('12 of 12 backtests').waitFor();
    const profits = await cells.allTextContents();
    await page.getByLabel('Figure').selectOption({ label: 'Closed trades' });
    await until(() => page.url().includes('figure=closedTrades'), { what: 'the figure in the address' });
    await until(async () => (await cells.allTextContents()).join() !== profits.join(), { what: 'other figures' });
    for (const count of await cells.allTextContents()) expect(count).toMatch(/^\d+$/);
    expect(await page.getByRole('table', { name: 'Results' }).getByRole('row').count()).toBe(1 + 12);
    expect(await visit.judge(page)).toEqual([]);
    sweep = page.url().replace(/[?#].*/, '');
  });

  test('walk-forward shows what the best settings earned where they had not seen it', async () => {
    await start('walk-forward');
    await page.getByRole('region', { name: 'Out of sample' }).waitFor();
    await page.getByRole('table', { name: 'Windows' }).getByRole('row').nth(1).waitFor();
    expect(await visit.judge(page)).toEqual([]);
  });

  test('a sweep that runs shows how far it is, is cancelled after a question, and deleted', async () => {
    // As one whose threads are busy: those of a test end before anybody could cancel them.
    await asSuperuser(
      visit.platform,
      `update bot_executor.sweeps set status = 'running', done = 5, results = null, every_result = null, finished_at = null
        where id = $1`,
      [sweep.split('/').at(-1)],
    );
    await visit.go(page, sweep);
    await page.getByRole('progressbar', { name: '5 of 12 backtests' }).waitFor();
    expect(await visit.judge(page)).toEqual([]);
    const dialog = page.getByRole('dialog');
    await button('Cancel').click();
    await dialog.waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByText('Cancelled', { exact: true }).waitFor();
    await button('Delete').click();
    await dialog.waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('heading', { name: 'Sweeps', exact: true }).waitFor();
    expect((await ask(page, 'GET', `/sweeps/${sweep.split('/').at(-1)}`)).status).toBe(404);
  });

  test('two backtests stand beside each other: in what their settings differ, and what that made of it', async () => {
    const ids: string[] = [];
    for (const percent of ['0.8', '1.6']) {
      const settings = { ...BOT_SETTINGS, takeProfit: { percent } };
      const made = await ask<{ id: string }>(page, 'POST', '/backtests', { settings });
      expect(made.status).toBe(201);
      ids.push(made.body.id);
    }
    for (const id of ids)
      await until(async () => (await ask(page, 'GET', `/backtests/${id}`)).body['status'] === 'done', {
        what: 'a backtest that is done',
      });
    const [first = '', second = ''] = ids;
    await visit.go(page, `${home}/backtests/${first}`);
    await page.getByLabel('Compare with').selectOption(second);
    await page.getByRole('heading', { name: 'Two backtests compared' }).waitFor();
    const differs = page.getByRole('table', { name: 'Settings that differ' }).locator('tbody tr');
    await differs.first().waitFor();
    expect(await differs.allInnerTexts()).toEqual([expect.stringMatching(/^Take profit, in per cent\s+0\.8\s+1\.6$/)]);
    await page
      .getByRole('table', { name: 'Figures' })
      .getByRole('row', { name: /^Closed profit/ })
      .waitFor();
    await page.locator('canvas').first().waitFor();
    expect(await visit.judge(page)).toEqual([]);
    backtests.push(...ids);
  });

  test('a trade of a backtest opens beside the others with its fills; the backtest is cancelled, or deleted, after a question', async () => {
    const [first = '', second = ''] = backtests;
    await visit.go(page, `${home}/backtests/${first}`);
    await page
      .getByRole('table', { name: 'Trades' })
      .getByRole('button', { name: /^Beside the list/ })
      .first()
      .click();
    const panel = page.getByRole('complementary', { name: 'Trade' });
    await panel.getByRole('table', { name: 'Fills' }).waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    const dialog = page.getByRole('dialog');
    await button('Delete').click();
    await dialog.waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('heading', { name: 'Backtests', exact: true }).waitFor();
    expect((await ask(page, 'GET', `/backtests/${first}`)).status).toBe(404);
    // As one whose threads are busy.
    await asSuperuser(
      visit.platform,
      `update bot_executor.backtests set status = 'running', finished_at = null where id = $1`,
      [second],
    );
    await visit.go(page, `${home}/backtests/${second}`);
    await button('Cancel').click();
    await dialog.waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByText('cancelled', { exact: true }).first().waitFor();
  });
}
