import { Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import type { Page } from 'playwright-core';
import { BOT_SETTINGS, operatorOf } from '../people.ts';
import { ask, type Visit } from './visit.ts';

/** A customer tries settings on the past, and needs more bots than the plan has. */
export function outgrowAPlan(visit: Visit): void {
  let page: Page;
  let home: string;

  beforeAll(async () => {
    page = await visit.somebody();
    home = await visit.register(page, 'Growing Person');
    await until(async () => (await ask(page, 'GET', '/billing/subscription')).status === 200, {
      what: 'the plan of the organisation',
    });
  });
  afterAll(() => page?.context().close());

  test('a backtest beside the form says what its settings would have earned', async () => {
    await visit.go(page, `${home}/bots/new`);
    // Before the markets are read, there is nothing that could be tried.
    await page.getByText('Needs at most').waitFor();
    await page.getByRole('button', { name: 'Backtest these settings' }).click();
    const backtest = page.getByRole('region', { name: 'Backtest' });
    await backtest.getByText('Closed trades').waitFor();
    await page.getByLabel('Stop loss, in per cent').fill('20');
    await backtest.getByText('The settings have changed since this backtest').waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await backtest.getByRole('link', { name: 'All of it' }).click();
    await page.waitForURL(/\/backtests\/[^/]+$/);
    await visit.settled(page);
    expect(await visit.judge(page)).toEqual([]);
  });

  test('a refusal by plan opens the larger plan over the form, which keeps what was typed and is sent again', async () => {
    for (const name of ['1', '2', '3', '4', '5'])
      expect((await ask(page, 'POST', '/bots', { name, settings: BOT_SETTINGS })).status).toBe(201);
    const speak = (locale: string) => page.evaluate(`localStorage.setItem('tidegate-locale', '${locale}')`);
    await speak('de');
    await visit.go(page, `${home}/bots/new`);
    await page.getByLabel('Name').fill('Einer zu viel');
    await page.getByRole('button', { name: 'Anlegen', exact: true }).click();
    const refusal = page.getByRole('alert').filter({ hasText: 'Die Grenze des Tarifs ist erreicht' });
    await refusal.getByText('5 von 5 sind genutzt.').waitFor();
    await refusal.getByText('„Bots“: 5 sind erlaubt, und 5 gibt es.').waitFor();
    expect(await refusal.textContent()).not.toContain('allowed');
    await speak('en');
    await visit.go(page, `${home}/bots/new`);
    await page.getByLabel('Name').fill('One too many');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText('5 of 5 are used.').waitFor();
    await page.getByRole('button', { name: 'Look at the plan Pro' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change to Pro' });
    await dialog.getByText('What differs').waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByLabel('Name').inputValue()).toBe('One too many');
    const operator = await operatorOf(visit.platform, new Rest(visit.url));
    const set = { plan: 'pro', reason: 'Pays by invoice' };
    const path = `/api/v1/operator/organisations/${home.split('/').at(-1)}/subscription`;
    expect((await operator.send('PUT', path, set)).status).toBe(200);
    // The plan reaches the other services by an event.
    const made = page.getByRole('heading', { name: 'One too many' });
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await made.waitFor();
  });
}
