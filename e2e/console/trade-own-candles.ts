import { until } from '@tidegate/testing/until';
import type { Page } from 'playwright-core';
import { ask, type Visit } from './visit.ts';

const HOUR = 3_600_000;
const BEGIN = Date.parse('2026-01-01T00:00:00Z');
const CANDLES = 301;
/** Two are a trade with an averaging order; the last one is open. */
const csv = (): string =>
  Array.from({ length: CANDLES }, (_, i) => [BEGIN + i * HOUR, 100, 104, 98, 100].join()).join('\n');
const FEED = { source: 'imported', interval: '1h' };

/** A market and candles of one's own, and a bot, a backtest and a sweep over them, without the API. */
export function tradeOwnCandles(visit: Visit): void {
  let page: Page;
  let home: string;
  let bot: string;
  beforeAll(async () => {
    page = await visit.somebody();
    home = await visit.register(page, 'Candle Owner');
  });
  afterAll(() => page?.context().close());
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const dialog = () => page.getByRole('dialog');
  const own = () => page.getByRole('table', { name: 'Markets of your own' });
  const there = () => page.getByRole('table', { name: 'Candles that there are' });

  test('a market is created, changed, and refused at the field that is wrong', async () => {
    await visit.go(page, `${home}/candles`);
    await button('Create a market').click();
    await dialog().getByLabel('Name, such as').fill('own eur');
    await dialog().getByLabel('What is traded').fill('OWN');
    await dialog().getByLabel('What it is paid in').fill('EUR');
    await dialog().getByRole('button', { name: 'Create', exact: true }).click();
    await dialog().locator('[aria-invalid="true"]').waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await dialog().getByLabel('Name, such as').fill('OWN-EUR');
    await dialog().getByRole('button', { name: 'Create', exact: true }).click();
    await dialog().waitFor({ state: 'detached' });
    await own().getByRole('cell', { name: 'OWN-EUR' }).waitFor();
    await own().getByRole('button', { name: 'Edit' }).click();
    await dialog().getByLabel('Fee of every fill').fill('0,05');
    expect(await visit.judge(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().waitFor({ state: 'detached' });
    await own().getByRole('cell', { name: '0.05', exact: true }).waitFor();
    await own().getByRole('button', { name: 'Delete' }).click();
    await dialog().getByText('Only one without candles').waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'No', exact: true }).click();
    await dialog().waitFor({ state: 'detached' });
  });

  test('a market without candles says so where they would be chosen', async () => {
    await visit.go(page, `${home}/bots/new`);
    await page.getByLabel('Market', { exact: true }).selectOption('OWN-EUR');
    await page.getByText('There are no candles of OWN-EUR yet.').waitFor();
    expect(await button('Create').isDisabled()).toBe(true);
    expect(
      (await ask(page, 'POST', '/candles/imports', { market: 'OWN-EUR', interval: '1h', csv: csv() })).status,
    ).toBe(201);
    await visit.go(page, `${home}/candles`);
    await there()
      .getByRole('row')
      .filter({ hasText: 'OWN-EUR' })
      .getByRole('cell', { name: String(CANDLES) })
      .waitFor();
    expect(await visit.judge(page)).toEqual([]);
  });

  test('a bot is created over them: its ladder is at their price, its backtest over the days that were chosen', async () => {
    await visit.go(page, `${home}/bots/new`);
    await page.getByLabel('Market', { exact: true }).selectOption('OWN-EUR');
    const candles = page.getByLabel('Candles', { exact: true });
    await until(async () => (await candles.inputValue()) === 'imported 1h', { what: 'its candles are chosen' });
    await page.getByLabel('Name').fill('Own bot');
    await ladderBeginsAt('100');
    await page.getByText('Below the first, %').first().waitFor();
    await page.getByText('short', { exact: true }).click();
    await page.getByText('Above the first, %').first().waitFor();
    await page.getByText('long', { exact: true }).click();
    const beside = page.getByRole('region', { name: 'Backtest' });
    await beside.getByLabel('First day').fill('2026-01-03');
    await beside.getByLabel('Last day').fill('2026-01-04');
    await button('Backtest these settings').click();
    await beside.getByText('Closed profit').waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await beside.getByLabel('Last day').fill('2026-01-05');
    await beside.getByText('The settings have changed since this backtest').waitFor();
    expect(await newest('/backtests')).toMatchObject({
      feed: { ...FEED, from: '2026-01-03T00:00:00.000Z', to: '2026-01-05T00:00:00.000Z' },
      candles: 48,
      closedTrades: expect.any(Number),
    });
    await button('Create').click();
    await page.getByRole('heading', { name: 'Own bot' }).waitFor();
    bot = page.url().replace(/[?#].*/, '');
    expect(await newest('/bots')).toMatchObject({ feed: FEED });
  });

  test('the page of the bot has all settings in words, and a trade opens its orders and fills', async () => {
    await visit.go(page, `${bot}?tab=settings`);
    await page.getByText('none: nothing is borrowed').waitFor();
    await page.getByText('1h, your own').waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await button('Start').click();
    await page.getByText('Running', { exact: true }).first().waitFor();
    await visit.go(page, `${bot}?tab=trades`);
    // The newest one that is over: the first row may still be open.
    const opener = page
      .getByRole('table', { name: 'Trades' })
      .getByRole('button', { name: /^Beside the list: \d+$/ })
      .nth(1);
    await opener.click();
    const panel = page.getByRole('complementary', { name: 'Trade' });
    await panel.getByRole('table', { name: 'Orders at the exchange' }).getByText('was filled').first().waitFor();
    await panel.getByRole('table', { name: 'Fills' }).getByText('First order').waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await panel.getByRole('button', { name: 'Close' }).click();
    await panel.waitFor({ state: 'detached' });
    expect(page.url()).toContain('tab=trades');
  });

  test('what an edited bot is tried with are its own candles', async () => {
    await visit.go(page, `${bot}/edit`);
    await ladderBeginsAt('100');
    await button('Backtest these settings').click();
    await page.getByRole('link', { name: 'All of it' }).click();
    await page.getByRole('heading', { name: 'Backtest of OWN-EUR' }).waitFor();
    expect(await newest('/backtests')).toMatchObject({ feed: FEED, candles: CANDLES });
    await page.getByText('1h, your own').waitFor();
    await page
      .getByRole('table', { name: 'Trades' })
      .getByRole('button', { name: 'Beside the list: 2', exact: true })
      .click();
    const panel = page.getByRole('complementary', { name: 'Trade' });
    await panel.getByRole('heading', { name: 'Fills of trade 2' }).waitFor();
    await panel.getByRole('table', { name: 'Fills' }).getByText('Take profit').waitFor();
    expect(await visit.judge(page)).toEqual([]);
  });

  test('a sweep is started over a range of them', async () => {
    await visit.go(page, `${home}/sweeps/new`);
    await page.getByLabel('Market', { exact: true }).selectOption('OWN-EUR');
    await page.getByLabel('First day').fill('2026-01-02');
    await page.getByText('with a decimal point').waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('heading', { name: 'Sweep of OWN-EUR' }).waitFor();
    expect(await newest('/sweeps')).toMatchObject({ feed: { ...FEED, from: '2026-01-02T00:00:00.000Z' } });
  });

  test('candles are deleted by their name; the bot over them can still be stopped', async () => {
    await visit.go(page, `${home}/candles`);
    await there().getByRole('row').filter({ hasText: 'OWN-EUR' }).getByRole('button', { name: 'Delete' }).click();
    await dialog().getByLabel('Type').fill('OWN-EUR 1h');
    expect(await visit.judge(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Delete' }).click();
    await there().getByRole('row').filter({ hasText: 'OWN-EUR' }).waitFor({ state: 'detached' });
    const id = bot.split('/').at(-1);
    const stopped = await ask(page, 'POST', `/bots/${id}/stop`, { openTrade: 'close' });
    expect(stopped).toMatchObject({ status: 200, body: { status: 'stopped', openTradeId: null } });
  });

  const ladderBeginsAt = (price: string) =>
    until(
      async () => {
        const first = page.getByRole('table', { name: 'Orders of a trade' }).getByRole('row').nth(1);
        return (await first.locator('td, th').nth(2).textContent()) === price;
      },
      { what: `a ladder from ${price} down` },
    );
  const newest = async (path: string) =>
    (await ask<{ items: Record<string, unknown>[] }>(page, 'GET', `${path}?limit=1`)).body.items[0];
}
