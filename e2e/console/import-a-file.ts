import { until } from '@tidegate/testing/until';
import type { Page } from 'playwright-core';
import { ask, type Visit } from './visit.ts';

const BEGIN = Date.parse('2026-02-01T00:00:00Z');
const HOUR = 3_600_000;
const CANDLES = 300;
const WRONG_LINE = 3;
/** One more than a preview takes. */
const LARGE = 20_001;

const csv = (count: number, stepMs: number): string =>
  Array.from({ length: count }, (_, i) => [BEGIN + i * stepMs, 100, 104, 98, 100].join()).join('\n');

/** A file of candles is dropped, looked at, and imported; a large one is sent as it is. */
export function importAFile(visit: Visit): void {
  let page: Page;
  beforeAll(async () => {
    page = await visit.somebody();
    const home = await visit.register(page, 'Importing Person');
    await visit.go(page, `${home}/candles`);
  });
  afterAll(() => page?.context().close());

  const button = (name: string) => page.getByRole('button', { name, exact: true });

  async function drop(name: string, text: string): Promise<void> {
    const dataTransfer = await page.evaluateHandle(`(() => {
      const data = new DataTransfer();
      data.items.add(new File([${JSON.stringify(text)}], '${name}', { type: 'text/csv' }));
      return data;
    })()`);
    await page.getByText('Drop a CSV file here').dispatchEvent('drop', { dataTransfer });
    await page.getByText(name, { exact: true }).waitFor();
  }

  test('a file that was dropped shows how it is understood and which line is wrong, before anything is imported', async () => {
    await page.getByLabel('Candles are of').selectOption('1h');
    const lines = csv(CANDLES, HOUR).split('\n');
    lines.splice(WRONG_LINE - 1, 0, 'no time,1,1,1,1');
    await drop('hours.csv', lines.join('\n'));
    await page.getByText('It would be refused').waitFor();
    await page
      .getByRole('table', { name: 'Wrong lines' })
      .getByRole('cell', { name: String(WRONG_LINE), exact: true })
      .waitFor();
    expect(await button('Import').isDisabled()).toBe(true);
    expect(await visit.judge(page)).toEqual([]);
    await page.getByLabel('Leave out wrong lines instead of refusing the file').check();
    await page.getByText('It can be imported').waitFor();
    await page.getByRole('table', { name: 'First candles' }).getByRole('cell', { name: '104' }).first().waitFor();
    await button('Import').click();
    await page.getByText(`${CANDLES} candles imported: ${CANDLES} new, 0 with other prices.`).waitFor();
    const there = page.getByRole('table', { name: 'Candles that there are' });
    const row = there.getByRole('row').filter({ hasText: '1h, your own' });
    await row.getByRole('cell', { name: String(CANDLES), exact: true }).waitFor();
  });

  test('a large file is judged by its beginning, sent as it is, and read in the background', async () => {
    await page.getByLabel('Candles are of').selectOption('1m');
    await drop('minutes.csv', csv(LARGE, 60_000));
    await page.getByText('Judged by its beginning').waitFor();
    await button('Send and import').click();
    await page.getByText('Sent. It is read now; see below.').waitFor();
    await page.getByRole('table', { name: 'Large files' }).getByText('Done', { exact: true }).waitFor();
    const uploads = await ask<{ items: object[] }>(page, 'GET', '/candles/uploads');
    expect(uploads.body.items).toMatchObject([{ status: 'done', rowsRead: LARGE, added: LARGE }]);
    await until(
      async () => {
        const { body } = await ask<{ items: { source: string; interval: string; candles: number }[] }>(
          page,
          'GET',
          '/candles/series',
        );
        const own = body.items.filter(({ source }) => source === 'imported');
        return own.find(({ interval }) => interval === '1m')?.candles === LARGE;
      },
      { what: 'the minutes among the candles' },
    );
  });
}
