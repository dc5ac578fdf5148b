import type { Page } from 'playwright-core';
import type { Visit } from './visit.ts';

/** The reference of the API, which is no page of the console: its requests are tried as whoever is logged in there. */
export function readTheDocuments(visit: Visit): void {
  let page: Page;
  beforeAll(async () => {
    page = await visit.somebody();
    await visit.register(page, 'Reading Person');
  });
  afterAll(() => page?.context().close());

  test('an operation is found, tried as oneself and with a key, and copied as text', async () => {
    await page.goto(`${visit.url}/docs`);
    await page.getByRole('searchbox', { name: 'Search' }).fill('list bots');
    await page.locator('#found').getByRole('link', { name: 'GET /api/v1/bots', exact: true }).click();
    const entry = page.locator('[id="bots.list"]');
    const form = entry.locator('form.try');
    await form.waitFor();
    const answer = form.locator('output');
    await form.getByRole('button', { name: 'Send GET' }).click();
    await answer.getByText(/^200 /).waitFor();
    expect(await answer.textContent()).toContain('"items"');
    const sample = form.locator('pre');
    expect(await sample.textContent()).toContain(`curl -X GET '${visit.url}/api/v1/bots'`);
    await form.getByLabel('limit').fill('5');
    await form.getByLabel('Python').check();
    expect(await sample.textContent()).toContain(`"${visit.url}/api/v1/bots?limit=5"`);
    await page.getByLabel(/^API key or access token/).fill('tg_no_key_of_ours');
    await form.getByRole('button', { name: 'Send GET' }).click();
    await answer.getByText(/^401 /).waitFor();
    expect(await answer.textContent()).toContain('unauthenticated');
    // Entries are made alike: of each section the first three are judged, open.
    await page.evaluate(`(() => {
      for (const one of document.querySelectorAll('section > details.entry:nth-of-type(n + 4)')) one.remove();
      for (const one of document.querySelectorAll('details.entry')) one.open = true;
    })()`);
    await page.locator('form.try').nth(12).waitFor();
    expect(await visit.judge(page)).toEqual([]);
  });
}
