import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ask, type Visit } from './visit.ts';

const germanOf = (file: string) =>
  JSON.parse(readFileSync(join(process.cwd(), `console/src/kernel/${file}.de.json`), 'utf8')) as Record<string, string>;
const GERMAN = { ...germanOf('strings'), ...germanOf('said') };
const german = (text: string): string => GERMAN[text] ?? `no German for: ${text}`;

interface Refused {
  errors: { field: string; code: string; message: string; params?: Record<string, unknown> }[];
}

/** What is wrong with a field: said there, before anything is sent, and in the reader's language. */
export function fillInForms(visit: Visit): void {
  let page: Page;
  let home: string;
  /** Requests that would have changed something. */
  const sent: string[] = [];
  beforeAll(async () => {
    page = await visit.somebody();
    home = await visit.register(page, 'Careful Person');
    page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(new URL(request.url()).pathname);
    });
  });
  afterAll(() => page?.context().close());

  test('a form says at each field what the platform would, and sends nothing', async () => {
    const { body } = await ask<Refused>(page, 'POST', '/api-keys', { name: '', scopes: [] });
    expect(body.errors).toMatchObject([
      { field: '/name', code: 'too_small' },
      { field: '/scopes', code: 'too_small', message: 'Choose at least one.' },
    ]);
    await visit.go(page, `${home}/keys`);
    await page.getByRole('button', { name: 'Create a key' }).click();
    const dialog = page.getByRole('dialog');
    sent.length = 0;
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    for (const { message } of body.errors) await dialog.getByText(message, { exact: true }).waitFor();
    expect(await dialog.getByLabel('Name').getAttribute('aria-invalid')).toBe('true');
    expect(await dialog.getByLabel('Name').getAttribute('maxlength')).toBe('100');
    expect(sent).toEqual([]);
    expect(await visit.judge(page)).toEqual([]);
    await dialog.getByLabel('Name').fill('Reports');
    await dialog.getByLabel('servers:read').check();
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('cell', { name: 'Reports' }).waitFor();
  });

  test('in a German console a field is refused in German, by the form and by the platform', async () => {
    await page.evaluate(`localStorage.setItem('tidegate-locale', 'de')`);
    await visit.go(page, `${home}/keys`);
    await page.getByRole('button', { name: german('Create a key') }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: german('Create'), exact: true }).click();
    await dialog.getByText(german('Choose at least one.'), { exact: true }).waitFor();
    await dialog.getByText(german('a name with at least one visible character'), { exact: true }).waitFor();
    await visit.go(page, `${home}/channels`);
    await page.getByRole('button', { name: german('Add a channel') }).click();
    await dialog.getByText(german('Webhook'), { exact: true }).click();
    await dialog.getByLabel(german('Web address')).fill('ftp://example.com/hooks');
    sent.length = 0;
    await dialog.getByRole('button', { name: german('Add'), exact: true }).click();
    await dialog.getByText(german('The address must begin with https:// or http://'), { exact: true }).waitFor();
    expect(sent).toEqual(['/api/v1/channels']);
    expect(await visit.judge(page)).toEqual([]);
    await page.evaluate(`localStorage.setItem('tidegate-locale', 'en')`);
  });
}
