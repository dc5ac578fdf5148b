import { readFileSync } from 'node:fs';
import { Rest } from '@tidegate/testing/platform';
import { operatorOf } from '../people.ts';
import { ask, type Visit } from './visit.ts';

/** An invoice that nobody pays by card, as a file of the reader's. */
export function saveAnInvoice(visit: Visit): void {
  test('an own invoice is saved as a PDF from its list and from its page', async () => {
    const page = await visit.somebody();
    const home = await visit.register(page, 'Invoice Reader');
    const operator = await operatorOf(visit.platform, new Rest(visit.url));
    const charged = await operator.post(`/api/v1/operator/organisations/${home.split('/').at(-1)}/charges`, {
      ...{ chargeKey: 'set-up', description: 'White label, set up', currency: 'EUR', amountMinor: 500_000 },
      ...{ reason: 'Contract of 2026-11-01', now: true },
    });
    expect(charged.status).toBe(200);
    await visit.go(page, `${home}/billing`);
    const save = async () => {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('main').getByRole('button', { name: 'PDF', exact: true }).last().click(),
      ]);
      expect(file.suggestedFilename()).toMatch(/^Invoice \d{4}-\d{6}\.pdf$/);
      return readFileSync(await file.path());
    };
    const fromList = await save();
    expect(fromList.subarray(0, 5).toString('latin1')).toBe('%PDF-');
    // Byte for byte what the gateway answers.
    const { body: list } = await ask<{ items: { id: string }[] }>(page, 'GET', '/billing/invoices');
    const bytes = (await page.evaluate(
      `fetch('/api/v1/billing/invoices/${list.items[0]?.id}/pdf?locale=en')
        .then(async (answer) => [...new Uint8Array(await answer.arrayBuffer())])`,
    )) as number[];
    expect(fromList.equals(Buffer.from(bytes))).toBe(true);
    // Its amount for whoever adds it up, its day in UTC as well, and found as it is seen.
    const [table] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('main').getByRole('button', { name: 'CSV', exact: true }).last().click(),
    ]);
    expect(readFileSync(await table.path(), 'utf8')).toMatch(/,5000\.00,EUR,/);
    await page.locator('main td time[title$="Z"]').first().waitFor();
    await visit.go(page, `${home}/billing?find=5,000.00`);
    await page.getByRole('link', { name: /^\d{4}-\d{6}$/ }).waitFor();
    await visit.go(page, `${home}/billing?find=5,000.01`);
    await page.getByText('No row has that.').waitFor();
    await visit.go(page, `${home}/billing`);
    expect(await visit.judge(page)).toEqual([]);
    await page.getByRole('link', { name: /^\d{4}-\d{6}$/ }).click();
    await page.getByRole('heading', { name: /^Invoice/ }).waitFor();
    await visit.settled(page);
    expect(await visit.judge(page)).toEqual([]);
    expect((await save()).equals(fromList)).toBe(true);
    await page.context().close();
  });
}
