import { readFileSync } from 'node:fs';
import { Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import type { Page } from 'playwright-core';
import { operatorOf } from '../people.ts';
import { ask, type Visit } from './visit.ts';

/** Who changed what, as an owner reads it: found by filters that stand in the address, saved, and offered where it is not bought. */
export function readTheAuditLog(visit: Visit): void {
  let page: Page;
  let home: string;
  beforeAll(async () => {
    page = await visit.somebody();
    home = await visit.register(page, 'Audit Reader');
  });
  afterAll(() => page?.context().close());
  const open = (search = '') => visit.go(page, `${home}/audit${search}`);

  test('says what was done, narrows to one thing by a click, and can be used by everybody', async () => {
    const { body: key } = await ask<{ id: string }>(page, 'POST', '/api-keys', {
      name: '=cmd|calc',
      scopes: ['bots:read', 'bots:write'],
    });
    await ask(page, 'PATCH', `/api-keys/${key.id}`, { name: '=HYPERLINK("x")' });
    await ask(page, 'POST', '/servers', {
      ...{ name: 'orders', host: '127.0.0.1', port: 1, database: 'd', user: 'u', password: 'a-secret' },
    });
    await until(
      async () => {
        const { body } = await ask<{ items: unknown[] }>(page, 'GET', '/organisation/audit');
        return body.items.length >= 4;
      },
      { what: 'four entries' },
    );
    await open();
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Audit log' }).waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await page.getByText('name: =cmd|calc → =HYPERLINK("x")').waitFor();
    expect(await page.locator('main').textContent()).not.toContain('a-secret');
    await page.getByRole('button', { name: '=HYPERLINK("x")' }).first().click();
    await until(async () => (await page.locator('main tbody tr').count()) === 2, { what: 'only the key' });
    expect(page.url()).toContain(`of=${key.id}`);
    await page.reload();
    await visit.settled(page);
    expect(await page.locator('main tbody tr').count()).toBe(2);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /CSV/ }).click(),
    ]);
    const csv = readFileSync(await file.path(), 'utf8');
    // What a spreadsheet would compute is a text.
    expect(csv).toContain(`"'=HYPERLINK(""x"")"`);
    expect(csv).not.toMatch(/(^|,)=/m);
    expect(csv.trim().split('\r\n')).toHaveLength(3);
    await page.getByRole('button', { name: 'Only one thing: show all' }).click();
    await until(async () => (await page.locator('main tbody tr').count()) > 3, { what: 'everything again' });
  });

  test('shows what was refused and why, alone when asked for, and saves just that', async () => {
    const { body: key } = await ask<{ key: string }>(page, 'POST', '/api-keys', {
      name: 'blind',
      scopes: ['org:read'],
    });
    const answer = await fetch(`${visit.url}/api/v1/api-keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'more', scopes: ['org:read'] }),
    });
    expect(answer.status).toBe(403);
    const refused = async () =>
      (await ask<{ items: unknown[] }>(page, 'GET', '/organisation/audit?outcome=refused')).body.items.length;
    await until(async () => (await refused()) === 1, { what: 'the refused attempt' });
    await open();
    await page.getByRole('combobox', { name: 'Outcome' }).selectOption('Refused');
    await until(async () => (await page.locator('main tbody tr').count()) === 1, { what: 'only what was refused' });
    expect(new URL(page.url()).searchParams.get('outcome')).toBe('refused');
    const row = page.locator('main tbody tr');
    await row.getByText('Not done: Created').waitFor();
    await row.getByText('The key lacks the right keys:write').waitFor();
    expect(await visit.judge(page)).toEqual([]);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /CSV/ }).click(),
    ]);
    const lines = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('Refused: The key lacks the right keys:write');
    await page.getByRole('combobox', { name: 'Outcome' }).selectOption('Carried out');
    await until(async () => (await page.locator('main tbody tr').count()) > 3, { what: 'what was done' });
    expect(await page.getByText('Not done: Created').count()).toBe(0);
  });

  test('asks for the days of the zone in which it shows times, wherever the browser is', async () => {
    const asked: URLSearchParams[] = [];
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname.endsWith('/organisation/audit') && searchParams.has('from')) asked.push(searchParams);
    });
    const choose = (zone: string) => page.evaluate(`localStorage.setItem('tidegate-zone', '${zone}')`);
    for (const [zone, from, to] of [
      ['UTC', '2026-03-29T00:00:00.000Z', '2026-03-30T00:00:00.000Z'],
      ['Europe/Berlin', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
      ['America/New_York', '2026-03-29T04:00:00.000Z', '2026-03-30T04:00:00.000Z'],
    ] as const) {
      await choose(zone);
      await open('?from=2026-03-29&to=2026-03-29');
      expect([asked.at(-1)?.get('from'), asked.at(-1)?.get('to')]).toEqual([from, to]);
    }
    await page.evaluate(`localStorage.removeItem('tidegate-zone')`);
  });

  test('says so where nothing fits the filter', async () => {
    await open('?means=support&from=2026-01-01&to=2026-01-02');
    await page.getByText('Nothing that this filter shows').waitFor();
    expect(await visit.judge(page)).toEqual([]);
  });

  test('is offered where the plan does not include it', async () => {
    const operator = await operatorOf(visit.platform, new Rest(visit.url));
    const organisation = /\/o\/([\w-]+)/.exec(home)?.[1];
    const grant = { feature: 'audit_log', op: 'set', value: false, reason: 'not bought' };
    const { status } = await operator.post(`/api/v1/operator/organisations/${organisation}/grants`, grant);
    expect(status).toBe(201);
    await until(async () => (await ask(page, 'GET', '/organisation/audit')).status === 402, {
      what: 'the plan without it',
    });
    await open();
    await page.getByRole('heading', { name: 'The audit log is not part of your plan' }).waitFor();
    // An operator took it away, so no plan brings it back.
    await page.locator('main').getByRole('link', { name: 'Look at the plans' }).waitFor();
    expect(await page.locator('main table').count()).toBe(0);
    expect(await visit.judge(page)).toEqual([]);
    visit.takeFaults();
  });

  test('and as an add-on where one has it: looked at, added to the plan, and then it is there', async () => {
    const operator = await operatorOf(visit.platform, new Rest(visit.url));
    const organisation = /\/o\/([\w-]+)/.exec(home)?.[1];
    const { yaml } = (await operator.get('/api/v1/operator/plans/catalogue')).body as { yaml: string };
    const sold = 'prices: { EUR: { month: 1000 }, USD: { month: 1000 } }\n    features: { audit_log: true }\n';
    const addon = `addons:\n  trail:\n    name: Audit trail\n    product: main\n    plans: [pro]\n    max: 1\n    ${sold}`;
    const apply = (text: string) => operator.post('/api/v1/operator/plans/apply', { yaml: text });
    expect((await apply(`${yaml}${addon}`)).status).toBe(200);
    const set = { plan: 'pro', reason: 'Pays by invoice' };
    const path = `/api/v1/operator/organisations/${organisation}/subscription`;
    expect((await operator.send('PUT', path, set)).status).toBe(200);
    const refusal = async () =>
      (await ask<{ addon?: { plan: string } }>(page, 'GET', '/organisation/audit')).body.addon?.plan === 'pro';
    await until(refusal, { what: 'the add-on in the refusal' });
    await open();
    await page.getByRole('button', { name: 'Look at the add-on Audit trail' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add Audit trail' });
    await dialog.getByText('Due now').waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Add it' }).click();
    await dialog.getByText('It is in force.', { exact: false }).waitFor();
    await dialog.getByRole('button', { name: 'Go on' }).click();
    const isThere = async () => (await ask(page, 'GET', '/organisation/audit')).status === 200;
    await until(isThere, { what: 'the log' });
    visit.takeFaults();
    expect((await apply(yaml)).status).toBe(200);
  });
}
