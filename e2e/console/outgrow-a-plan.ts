import { Rest } from '@tidegate/testing/platform';
import type { Page } from 'playwright-core';
import { BOT_SETTINGS, operatorOf } from '../people.ts';
import { ask, type Visit } from './visit.ts';

/** A customer needs more bots than the plan has. */
export function outgrowAPlan(visit: Visit): void {
  let page: Page;
  let home: string;

  beforeAll(async () => {
    page = await visit.somebody();
    home = await visit.register(page, 'Growing Person');
  });
  afterAll(() => page?.context().close());

  test('a refusal by plan opens the larger plan over the form, which keeps what was typed and is sent again', async () => {
    for (const name of ['1', '2', '3', '4', '5'])
      expect((await ask(page, 'POST', '/bots', { name, settings: BOT_SETTINGS })).status).toBe(201);
    await visit.go(page, `${home}/bots/new`);
    await page.getByLabel('Name').fill('One too many');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText('5 of 5 are used.').waitFor();
    await page.getByRole('button', { name: /Look at the plan/ }).click();
    const dialog = page.getByRole('dialog', { name: /Change to/ });
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
