import { until } from '@tidegate/testing/until';
import type { Page } from 'playwright-core';
import { ask, type Visit } from './visit.ts';

/** Every setting of both strategies, without the API; what is stopped is started again in either way. */
export function setUpBots(visit: Visit): void {
  let page: Page;
  let home: string;
  let bot: string;
  beforeAll(async () => {
    page = await visit.somebody();
    home = await visit.register(page, 'Bot Builder');
  });
  afterAll(() => page?.context().close());
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  /** What is needed has a star behind its name. */
  const field = (name: string) => page.getByLabel(new RegExp(`^${name}( \\*)?$`));
  const folded = (title: string) =>
    page.locator('details').filter({ has: page.locator('summary', { hasText: title }) });
  const isOpen = (title: string) => folded(title).evaluate((one) => (one as unknown as { open: boolean }).open);
  const stored = async () => (await ask<Record<string, unknown>>(page, 'GET', `/bots/${bot.split('/').at(-1)}`)).body;

  test('what most people set is open and the rest folded; what is refused there opens', async () => {
    await visit.go(page, `${home}/bots/new`);
    await page.getByText('Needs at most').waitFor();
    await field('Name').fill('Whole bot');
    expect(await isOpen('Borrowed money')).toBe(false);
    await page.getByText('Borrowed money').click();
    expect(await field('Assumed funding rate, in per cent').isDisabled()).toBe(true);
    await field('Leverage').fill('500');
    const refused = folded('Borrowed money').locator('[aria-invalid="true"]');
    await refused.waitFor();
    await page.getByText('Borrowed money').click();
    await refused.waitFor({ state: 'hidden' });
    await button('Create').click();
    await refused.waitFor();
    await field('Leverage').fill('2');
    await field('Assumed funding rate, in per cent').fill('0,01');
    await field('Hours between fundings').selectOption('4');
    for (const title of ['averaging orders', 'the take profit', 'the stop loss'])
      await page.getByText(`More about ${title}`).click();
    await page.getByText('When a trade may begin').click();
    await field('Of them wait at once, at most').fill('2');
    await field('Take profit after fees').check();
    await button('Add a step').click();
    await field('Take profit, step 1, in per cent').fill('0.9');
    await field('Part that is sold at step 1, in per cent').fill('40');
    await field('Stop loss, in per cent').fill('40');
    await field('Stop loss is measured from').selectOption('average');
    await field('Price must stay beyond the stop loss for, in seconds').fill('600');
    await field('Rest between trades, in seconds').fill('900');
    await field('Opens no trade above a price of, in USDT').fill('900000');
    await page.getByText('all of it: there is no stop loss').waitFor({ state: 'detached' });
    expect(await visit.judge(page)).toEqual([]);
    await button('Create').click();
    await page.getByRole('heading', { name: 'Whole bot' }).waitFor();
    bot = page.url().replace(/[?#].*/, '');
    expect(await stored()).toMatchObject({
      settings: {
        ...{ strategy: 'dca', cooldownSeconds: 900, maxPrice: '900000' },
        averagingOrders: { activeLimit: 2, deviationFrom: 'base' },
        takeProfit: { includeFees: true, steps: [{ percent: '0.9', sharePercent: '40' }] },
        stopLoss: { percent: '40', basis: 'average', timeoutSeconds: 600 },
        futures: { leverage: '2', fundingRatePercent: '0.01', fundingEveryHours: 4 },
      },
    });
  });

  test('its page says all of it in words, and an edit begins with all of it', async () => {
    await visit.go(page, `${bot}?tab=settings`);
    await page.getByRole('region', { name: 'Exits' }).getByText('Take profit, step 1, in per cent').waitFor();
    expect(await visit.judge(page)).toEqual([]);
    const before = await stored();
    await visit.go(page, `${bot}/edit`);
    for (const title of ['More about the stop loss', 'When a trade may begin', 'Borrowed money'])
      expect([title, await isOpen(title)]).toEqual([title, true]);
    expect(await field('Part that is sold at step 1, in per cent').inputValue()).toBe('40');
    await field('Rest between trades, in seconds').fill('');
    await button('Remove step 1').click();
    await page.getByText('Rest between trades, in seconds: 900 → none').waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await button('Save').click();
    await page.getByRole('heading', { name: 'Whole bot', exact: true }).waitFor();
    const { cooldownSeconds: _, takeProfit, ...others } = before['settings'] as Record<string, unknown>;
    const { steps: __, ...rest } = takeProfit as Record<string, unknown>;
    expect((await stored())['settings']).toEqual({ ...others, takeProfit: rest });
  });

  test('a bot that is started again is asked what becomes of the time in between', async () => {
    await visit.go(page, bot);
    await button('Start').click();
    await page.getByText('Running', { exact: true }).first().waitFor();
    await until(async () => (await stored())['decidedUpTo'] !== null, { what: 'it has decided on candles' });
    const id = bot.split('/').at(-1);
    expect((await ask(page, 'POST', `/bots/${id}/stop`, { openTrade: 'close' })).status).toBe(200);
    await visit.go(page, bot);
    await button('Start').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('are not taken back').waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await dialog.getByLabel('are traded now, as if it had run').check();
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await stored()).toMatchObject({ resumed: { mode: 'catchUp' } });
    await visit.go(page, `${bot}?tab=settings`);
    await page.getByText('catching up: candles in between were traded').waitFor();
  });

  test('trades are chosen by how they ended and ranked by what came of them, with how many there are', async () => {
    await until(async () => Number((await stored())['closedTrades']) > 1, { what: 'two closed trades' });
    await visit.go(page, `${bot}?tab=trades`);
    const ended = field('Which trades');
    await until(async () => /Take profit \([1-9]/.test((await ended.textContent()) ?? ''), {
      what: 'they are counted',
    });
    await ended.selectOption('takeProfit');
    await until(() => page.url().includes('outcome=takeProfit'), { what: 'the choice stands in the address' });
    await field('Which come first').selectOption('loss');
    await until(() => page.url().includes('sort=loss'), { what: 'the order stands in the address' });
    const cells = page.getByRole('table', { name: 'Trades' }).getByRole('cell', { name: 'Take profit' });
    await cells.first().waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await visit.go(page, `${bot}?tab=ledger&kind=fee&sort=newest`);
    await page.getByRole('table', { name: 'Ledger' }).getByRole('cell', { name: 'fee', exact: true }).first().waitFor();
    expect(await visit.judge(page)).toEqual([]);
  });

  test('the list and the overview draw what it earned day by day, and the list says how many there are', async () => {
    await visit.go(page, `${home}/bots`);
    await page.getByRole('img', { name: 'Closed profit day by day up to' }).waitFor();
    expect(await field('State').textContent()).toContain('All states (1)');
    expect(await visit.judge(page)).toEqual([]);
    await visit.go(page, home);
    await page.getByRole('img', { name: 'Closed profit day by day up to' }).waitFor();
    expect(await visit.judge(page)).toEqual([]);
  });

  test('the other strategy has a form of its own', async () => {
    await visit.go(page, `${home}/bots/new`);
    await page.getByText('Needs at most').waitFor();
    await field('Name').fill('Other bot');
    await field('Strategy').selectOption('martingale-ema');
    await page.getByText('so there is no ladder to be drawn').waitFor();
    expect(await page.getByLabel('Averaging orders').count()).toBe(0);
    await field('Leverage').fill('3');
    await field('What it may risk, in USDT').fill('5000');
    expect(await visit.judge(page)).toEqual([]);
    await button('Create').click();
    await page.getByRole('heading', { name: 'Other bot' }).waitFor();
    bot = page.url().replace(/[?#].*/, '');
    const settings = { strategy: 'martingale-ema', balance: '5000', futures: { leverage: '3' } };
    expect(await stored()).toMatchObject({ settings });
    await visit.go(page, `${bot}/edit`);
    await field('Closes all at a profit on the margin of, in per cent').fill('11');
    await page.getByText('Closes all at a profit on the margin of, in per cent: 10 →').waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await button('Save').click();
    await page.getByRole('heading', { name: 'Other bot', exact: true }).waitFor();
    expect(await stored()).toMatchObject({ settings: { ...settings, closeAtReturnPercent: '11' } });
  });
}
