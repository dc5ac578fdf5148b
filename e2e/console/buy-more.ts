import { Rest } from '@tidegate/testing/platform';
import { asSuperuser } from '@tidegate/testing/superuser';
import { until } from '@tidegate/testing/until';
import type { Page } from 'playwright-core';
import { operatorOf } from '../people.ts';
import { ask, type Visit } from './visit.ts';

/** Add-ons, packages in two currencies, a plan that is approved, and something that is sold before it is there. */
const withMore = (yaml: string): string => {
  const put = (before: string, text: string, replacement: string) => {
    expect(before).toContain(text);
    return before.replace(text, replacement);
  };
  const approved = put(yaml, '      name: Business\n', '      name: Business\n      approval: true\n');
  return `${put(approved, '  white_label: { kind: boolean,', '  white_label: { kind: boolean, coming: true,')}
addons:
  extra_server: { name: Extra server, product: main, prices: { EUR: { month: 300 } }, features: { servers: 1 } }
  label: { name: Own label, product: main, max: 1, prices: { EUR: { month: 900 } }, features: { white_label: true } }
packages:
  calls: { name: More calls, feature: api_calls, amount: 1000, prices: { EUR: { once: 700 }, USD: { once: 800 } } }
coupons:
  gift: { name: Gift, gives: { servers: 2 }, duration: { months: 1 }, codes: [TWOMORE] }
`;
};

/** What a customer buys beside a plan, and says of themselves. */
export function buyMore(visit: Visit): void {
  let page: Page;
  let home: string;
  let operator: Rest;
  let before: string;
  const orgOf = (address: string) => `/api/v1/operator/organisations/${address.split('/').at(-1)}`;
  const apply = async (yaml: string) =>
    expect(await operator.post('/api/v1/operator/plans/apply', { yaml })).toMatchObject({ status: 200 });
  const hasPlan = () =>
    until(async () => (await ask(page, 'GET', '/billing/subscription')).status === 200, { what: 'its plan' });

  beforeAll(async () => {
    operator = await operatorOf(visit.platform, new Rest(visit.url));
    before = (await operator.get<{ yaml: string }>('/api/v1/operator/plans/catalogue')).body.yaml;
    await apply(withMore(before));
    page = await visit.somebody();
    home = await visit.register(page, 'Buying Person');
    await hasPlan();
  });
  afterAll(async () => {
    await apply(before);
    await page?.context().close();
  });

  test('what is sold before it is there says so, to visitors and on what can be added', async () => {
    await visit.go(page, `${visit.url}/pricing`);
    const pro = page.getByRole('article').filter({ has: page.getByRole('heading', { name: 'Pro', exact: true }) });
    await pro.getByText('White label (coming, not there yet)').waitFor();
    await page.getByText('Own label: €9.00 a month (coming, not there yet)').waitFor();
    expect(await page.getByText('Extra server: €3.00 a month').textContent()).not.toContain('coming');
  });

  test('add-ons are added, changed and removed, each with what it costs before', async () => {
    const set = { plan: 'pro', reason: 'Pays by invoice' };
    expect(await operator.send('PUT', `${orgOf(home)}/subscription`, set)).toMatchObject({ status: 200 });
    await visit.go(page, `${home}/plans`);
    await page.getByRole('link', { name: 'Add some, or change how many there are' }).click();
    await page.getByRole('heading', { name: 'Add-ons' }).waitFor();
    const change = async (how: () => Promise<unknown>, says: RegExp) => {
      await how();
      await page.getByRole('button', { name: 'Show what it costs' }).click();
      const costs = page.getByRole('region', { name: 'What it costs' });
      await costs.getByText(says).first().waitFor();
      await visit.settled(page);
      expect(await visit.judge(page)).toEqual([]);
      await costs.getByRole('button', { name: 'Change the add-ons' }).click();
      await page.getByRole('heading', { name: 'Billing', exact: true }).waitFor();
    };
    const open = () => page.getByRole('link', { name: 'Add-ons' }).click();
    const count = page.getByLabel('How many of Extra server');
    await change(() => count.fill('2'), /Monitored servers: 10 → 12/);
    await page.getByText('Extra server × 2').waitFor();
    await open();
    await change(() => count.fill('1'), /Monitored servers: 12 → 11/);
    await page.getByText('Extra server × 1').waitFor();
    await open();
    await change(() => page.getByRole('button', { name: 'Remove Extra server' }).click(), /Monitored servers: 11 → 10/);
    await page.getByText('Extra server × 1').waitFor({ state: 'detached' });
    await open();
    await count.waitFor();
    expect(await count.inputValue()).toBe('0');
  });

  test('a pause and a cancellation say what they mean before', async () => {
    const dialog = page.getByRole('dialog');
    await visit.go(page, `${home}/billing`);
    for (const [opens, says] of [
      ['Pause', 'Everything can be read'],
      ['Cancel at the end of the period', 'Nothing is deleted'],
    ] as const) {
      await page.getByRole('button', { name: opens, exact: true }).click();
      await dialog.getByText(says).waitFor();
      expect(await visit.judge(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'No', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
    }
  });

  test('a package is bought after a question that says what it costs in all', async () => {
    await visit.go(page, `${home}/billing/credits`);
    const calls = page.getByRole('region', { name: 'More calls', exact: true });
    await calls.getByRole('heading', { name: 'More calls: €7.00' }).waitFor();
    await calls.getByLabel('How many of More calls').fill('2');
    await calls.getByText('€14.00 in all').waitFor();
    await calls.getByRole('button', { name: 'Buy', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Buy 2 × More calls?' });
    await dialog.getByText('€14.00 in all.').waitFor();
    expect(await visit.judge(page)).toEqual([]);
    expect((await ask<{ orders: unknown[] }>(page, 'GET', '/billing/credits')).body.orders).toEqual([]);
    await dialog.getByRole('button', { name: 'Buy', exact: true }).click();
    await calls.getByText('Ordered. The units can be used when the invoice is paid.').waitFor();
    const { body } = await ask<{ orders: { totalMinor: number }[] }>(page, 'GET', '/billing/credits');
    expect(body.orders).toMatchObject([{ totalMinor: 1_400, currency: 'EUR' }]);
  });

  test('whom invoices are made out to is said once, and what was not touched stays', async () => {
    await visit.go(page, `${home}/billing`);
    await page.getByRole('link', { name: 'Billing details' }).click();
    await page.getByLabel('Name or company').fill('Harbour GmbH');
    const details = { name: 'Somebody else', address: 'Elsewhere', taxId: 'DE123456789' };
    expect((await ask(page, 'PUT', '/billing/details', details)).status).toBe(200);
    await page.getByLabel('Address').fill('1 Harbour Street\n20457 Hamburg');
    await page.getByLabel('Country').fill('de');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved').waitFor();
    const { body } = await ask(page, 'GET', '/billing/details');
    const typed = { name: 'Harbour GmbH', address: '1 Harbour Street\n20457 Hamburg', country: 'DE' };
    expect(body).toEqual({ ...details, ...typed });
    expect(await page.getByLabel('Tax or VAT number').inputValue()).toBe(details.taxId);
    expect(await visit.judge(page)).toEqual([]);
  });

  test('days of usage begin where the organisation says, and what was not counted is to be seen', async () => {
    const refused = `insert into usage.rejected_events (org_id, content_hash, code, message, payload)
      values ($1, gen_random_uuid(), 'not_included', 'The plan does not include it.', '{"meter":"pigeons"}')`;
    await asSuperuser(visit.platform, refused, [home.split('/').at(-1)]);
    await visit.go(page, `${home}/usage`);
    await page.getByRole('cell', { name: 'The plan does not include it.' }).waitFor();
    await page.getByLabel('Time zone of days and of limits by the day').selectOption('Europe/Berlin');
    const days = page.getByRole('region', { name: 'Days of usage' });
    await days.getByRole('button', { name: 'Save' }).click();
    await days.getByText('Saved').waitFor();
    expect((await ask(page, 'GET', '/usage/settings')).body).toEqual({ timeZone: 'Europe/Berlin' });
    expect(await visit.judge(page)).toEqual([]);
    await visit.go(page, `${home}/usage/api_calls`);
    await page.getByText('0 in this month, 0 in the month before.').waitFor();
    const { page: seen, home: office } = await visit.operator();
    await visit.go(seen, `${office}/operator/services`);
    await seen.getByRole('region', { name: 'Usage that was not counted' }).getByText('"pigeons"').waitFor();
    expect(await visit.judge(seen)).toEqual([]);
    await seen.context().close();
  });

  test('an organisation that pays in another currency reads the price that it is charged', async () => {
    const other = await visit.somebody();
    const address = await visit.register(other, 'Dollar Person');
    const charge = { chargeKey: 'a', description: 'Set up', currency: 'USD', amountMinor: 500, reason: 'Contract 18' };
    expect(await operator.post(`${orgOf(address)}/charges`, charge)).toMatchObject({ status: 200 });
    await visit.go(other, `${address}/billing/credits`);
    const calls = other.getByRole('region', { name: 'More calls', exact: true });
    await calls.getByRole('heading', { name: 'More calls: US$8.00' }).waitFor();
    await calls.getByLabel('How many of More calls').fill('3');
    await calls.getByText('US$24.00 in all').waitFor();
    await visit.go(other, `${address}/plans`);
    await other.getByText('US$32.00').waitFor();
    await other.context().close();
  });

  test('an operator decides an order after a question, with a reason of their own', async () => {
    const other = await visit.somebody();
    const address = await visit.register(other, 'Ordering Person');
    await until(async () => (await ask(other, 'GET', '/billing/subscription')).status === 200, { what: 'its plan' });
    const ordered = await ask(other, 'PUT', '/billing/subscription/main', { plan: 'business' });
    expect(ordered.status).toBe(200);
    const { page: office, home: desk } = await visit.operator();
    await visit.go(office, `${desk}/operator/orders`);
    const row = office.getByRole('row').filter({ hasText: 'Ordering Person' });
    const refusal = office.getByRole('dialog', { name: /^Refuse Tidegate: Business/ });
    await row.getByRole('button', { name: 'Refuse' }).click();
    await refusal.waitFor();
    expect(await visit.judge(office)).toEqual([]);
    await office.keyboard.press('Escape');
    await refusal.waitFor({ state: 'detached' });
    await row.getByRole('button', { name: 'Approve' }).click();
    const dialog = office.getByRole('dialog', { name: /^Approve Tidegate: Business/ });
    await dialog.getByLabel('Reason').fill('Contract 19');
    expect(await visit.judge(office)).toEqual([]);
    await dialog.getByRole('button', { name: 'Approve' }).click();
    await row.waitFor({ state: 'detached' });
    const story = await operator.get<{ items: { reason: string }[] }>(`${orgOf(address)}/story`);
    expect(story.body.items.map(({ reason }) => reason)).toContain('Contract 19');
    for (const one of [other, office]) await one.context().close();
  });

  test('a code that gives more is entered on the page of billing, whatever is paid', async () => {
    await visit.go(page, `${home}/billing`);
    const enter = async (code: string) => {
      await page.getByRole('textbox', { name: 'Code' }).fill(code);
      await page.getByRole('button', { name: 'Enter the code' }).click();
    };
    await enter('NOTHING');
    await page.getByText('There is no such code.').waitFor();
    await enter('twomore');
    await page.getByText(/^You have this until .*: Monitored servers: \+ 2\.$/).waitFor();
    await visit.settled(page);
    expect(await visit.judge(page)).toEqual([]);
  });
}
