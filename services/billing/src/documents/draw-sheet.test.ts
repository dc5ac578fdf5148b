import { textsOf } from '../../test/pdf-text.ts';
import type { StoredInvoice } from '../invoices/invoice.rules.ts';
import { drawInvoice } from './draw-sheet.ts';
import type { PrintedLine, ToPrint } from './invoice-sheet.rules.ts';

const at = (text: string) => new Date(text);
const INVOICE: StoredInvoice = {
  provider: 'manual',
  number: '2026-000042',
  status: 'open',
  currency: 'EUR',
  subtotal_minor: '123456',
  discount_minor: '500',
  tax_minor: '0',
  total_minor: '122956',
  from_balance_minor: '956',
  credited_minor: '0',
  due_minor: '122000',
  period_start: at('2026-11-01'),
  period_end: at('2026-12-01'),
  issued_at: at('2026-11-01T10:00:00Z'),
  due_at: at('2026-11-15T10:00:00Z'),
  paid_at: null,
  created_at: at('2026-11-01T10:00:00Z'),
  tax: null,
  customer: { name: 'Harbour Ltd', address: '1 Harbour Street\n20457 Hamburg', taxId: 'DE123456789' },
};
const line = (more: Partial<PrintedLine> = {}): PrintedLine => ({
  description: 'Plan Pro',
  quantity: '2',
  amount_minor: '5800',
  discount_minor: '0',
  period_start: at('2026-11-01'),
  period_end: at('2026-12-01'),
  ...more,
});
const task = (invoice: Partial<StoredInvoice> = {}, more: Partial<ToPrint> = {}): ToPrint => ({
  invoice: { ...INVOICE, ...invoice },
  lines: [line()],
  seller: 'Example GmbH\nMusterweg 1\n10115 Berlin\nDE999999999',
  locale: 'en',
  ...more,
});
const read = async (one: ToPrint) => textsOf(await drawInvoice(one, { plainly: true }));

test('an invoice says who, whom, when, what for and how much, in English', async () => {
  const [texts, ...more] = await read(task({}, { lines: [line({ discount_minor: '500' })] }));
  expect(more).toEqual([]);
  expect(texts).toEqual([
    ...['Invoice 2026-000042', 'To be paid', 'Billed to'],
    ...['Harbour Ltd', '1 Harbour Street', '20457 Hamburg', 'Tax ID: DE123456789'],
    ...['Example GmbH', 'Musterweg 1', '10115 Berlin', 'DE999999999'],
    ...['Number', '2026-000042', 'Issued', '1 Nov 2026', 'Due', '15 Nov 2026'],
    ...['Period', '1 Nov 2026 – 1 Dec 2026'],
    ...['Description', 'Period', 'Quantity', 'Unit price', 'Amount (EUR)'],
    ...['Plan Pro', 'Discount: -5.00', '1 Nov 2026 – 1 Dec 2026', '2', '29.00', '58.00'],
    ...['Subtotal', '1,234.56 EUR', 'Discount', '-5.00 EUR', 'Tax', '0.00 EUR', 'Total', '1,229.56 EUR'],
    ...['From the balance', '-9.56 EUR', 'Left to pay', '1,220.00 EUR'],
    'Invoice 2026-000042 · Page 1 of 1',
  ]);
});

test('paid, credited and withdrawn ones say so, in German, with the digits of their currency', async () => {
  const paid = { status: 'paid', paid_at: at('2026-11-20'), credited_minor: '1200', due_minor: '0' } as const;
  const [yen] = await read(task({ ...paid, currency: 'JPY' }, { locale: 'de' }));
  expect(yen).toEqual(expect.arrayContaining(['Rechnung 2026-000042', 'Bezahlt am 20.11.2026', '5.800']));
  expect(yen).toEqual(
    expect.arrayContaining(['Gutgeschrieben', '-1.200 JPY', 'Noch zu zahlen', '0 JPY', '123.456 JPY']),
  );
  const [dinar] = await read(task({ status: 'void', currency: 'KWD', from_balance_minor: '-956' }, { locale: 'de' }));
  expect(dinar).toEqual(expect.arrayContaining(['123,456 KWD', 'In das Guthaben', '0,956 KWD']));
  expect(dinar?.[1]).toBe('Zurückgezogen: Nichts davon ist zu zahlen');
});

test('the same invoice is the same bytes, and another state is another file', async () => {
  const [first, second] = [await drawInvoice(task()), await drawInvoice(structuredClone(task()))];
  expect(first.equals(second)).toBe(true);
  expect(first.equals(await drawInvoice(task({ status: 'paid', due_minor: '0' })))).toBe(false);
  expect(first.toString('latin1')).toContain('D:20261101100000Z');
});

test('more lines than fit go on on pages of their own, under the names of the columns', async () => {
  const lines = Array.from({ length: 100 }, (_, n) => line({ description: `Line ${n}` }));
  const pages = await read(task({}, { lines }));
  expect(pages.length).toBeGreaterThan(2);
  expect(pages.flat().filter((text) => /^Line \d+$/.test(text))).toEqual(lines.map(({ description }) => description));
  for (const [n, texts] of pages.entries()) {
    expect(texts.at(-1)).toBe(`Invoice 2026-000042 · Page ${n + 1} of ${pages.length}`);
    expect(texts).toContain('Description');
  }
});

test('no name breaks the layout, writes into the file, or disappears', async () => {
  const evil = ') Tj ET endstream endobj 99 0 obj << /S /JavaScript /JS (app.alert(1)) >> endobj (';
  const customer = {
    name: `\u202e${evil} 株式会社 👨‍👩‍👧 ${'W'.repeat(300)}`,
    address: 'row\n'.repeat(120),
    taxId: '\\)\u0000',
  };
  const lines = [line({ description: 'M'.repeat(5_000) }), line({ description: evil }), line({ description: '🎉' })];
  const one = task({ customer, number: `(${evil}` }, { lines, seller: `${evil}|\n${'x'.repeat(600)}` });
  const file = await drawInvoice(one, { plainly: true });
  expect(file.toString('latin1')).not.toMatch(/\/JavaScript|app\.alert\(/);
  const pages = textsOf(file);
  expect(pages.length).toBeLessThan(3);
  const all = pages.flat().join(' ').replaceAll(/\s+/g, ' ');
  for (const shown of ['□□□□ □ W', '/JavaScript', ' □ ', 'Left to pay']) expect(all).toContain(shown);
  expect(all).not.toContain('\u202e');
});

test('an invoice without a customer, an address or lines is one all the same', async () => {
  const [texts] = await read(task({ customer: null, number: null, issued_at: null, due_at: null }, { lines: [] }));
  expect(texts).toEqual(expect.arrayContaining(['Invoice', 'Left to pay']));
  const [demo] = await read(task({ provider: 'demo' }));
  expect(demo?.[1]).toBe('An example: nobody owes it · To be paid');
});
