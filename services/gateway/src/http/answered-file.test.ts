import { printInvoice } from '@tidegate/contracts/billing/invoice-pdfs';
import { invoiceOfProvider } from '@tidegate/contracts/billing/invoices';
import { problemError } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { GatewayWorld } from '../../test/fixture.ts';

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.start();
});
afterAll(() => world.stop());

const BYTES = Buffer.from([0x25, 0x50, 0x44, 0x46, 0x00, 0xff, 0xfe, ...Array(2_000).fill(0x41)]);
const path = `/api/v1/billing/invoices/${newId()}/pdf`;
const ask = (method = 'GET', headers: Record<string, string> = {}) =>
  fetch(world.url + path, {
    method,
    headers: { authorization: `Bearer ${world.accounts.newKey(newId(), ['billing:read'])}`, ...headers },
  });

test('a file that an operation answers arrives byte by byte, uncompressed, to be saved under a harmless name', async () => {
  world.neighbours.on(printInvoice, () => ({ name: 'a"\r\n../b.pdf', content: BYTES.toString('base64') }));
  const answer = await ask('GET', { 'accept-encoding': 'br, gzip', accept: 'application/pdf' });
  expect(answer.status).toBe(200);
  expect(Buffer.from(await answer.arrayBuffer()).equals(BYTES)).toBe(true);
  const { headers } = answer;
  expect(headers.get('content-type')).toBe('application/pdf');
  expect(headers.get('content-encoding')).toBeNull();
  expect(headers.get('content-disposition')).toBe('attachment; filename="a-..-b.pdf"');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  const tag = headers.get('etag') as string;
  expect((await ask('GET', { 'if-none-match': tag })).status).toBe(304);
  expect((await ask('HEAD')).headers.get('etag')).toBe(tag);
});

test('a refusal is a problem, as everywhere', async () => {
  world.neighbours.on(printInvoice, () => {
    throw problemError(
      invoiceOfProvider,
      { provider: 'stripe' },
      'Its PDF is at `pdfUrl` of the invoice, once it is issued.',
    );
  });
  const answer = await ask();
  expect(answer.status).toBe(409);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.headers.get('content-disposition')).toBeNull();
  expect(await answer.json()).toMatchObject({ code: 'invoice_of_provider', provider: 'stripe' });
});
