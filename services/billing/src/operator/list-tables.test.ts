import { listAllInvoices, searchOrganisations } from '@tidegate/contracts/billing/operator';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';

let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHOP });
});
afterAll(() => billing.close());

async function named(name: string): Promise<string> {
  const createdAt = new Date().toISOString();
  const id = await billing.create(createdAt);
  billing.known.set(id, { id, name, ownerEmail: 'a@example.com', ownerIds: [id], createdAt });
  await billing.call(setSubscription, { organisationId: id, product: 'monitoring', plan: 'starter', reason: 'a sale' });
  return id;
}
/** As the gateway joins the pages. */
async function table(operation: typeof searchOrganisations | typeof listAllInvoices, asked: object) {
  let text = '';
  for (let cursor: string | undefined; ; ) {
    const page = await billing.call(operation as typeof searchOrganisations, {
      ...asked,
      format: 'csv',
      limit: 2,
      cursor,
    });
    text += page.csv ?? '';
    if (!page.nextCursor) return text.split('\r\n').slice(0, -1);
    cursor = page.nextCursor;
  }
}

test('organisations are a line each under one header, numbers as they are, and no name is a formula', async () => {
  const names = ['=1+1', ' \uFF1DHYPERLINK("http://x")', 'A, "b"', 'Plain', '-7'];
  const ids: string[] = [];
  for (const name of names) ids.push(await named(name));
  await billing.learn.turn({ signal: new AbortController().signal });
  const [header, ...lines] = await table(searchOrganisations, { q: 'a@example.com' });
  expect(header).toBe('id,name,ownerEmail,demo,createdAt,plans,statuses,currency,mrrMinor,otherMrr');
  expect(lines).toHaveLength(names.length);
  expect(lines.map((line) => line.slice(37, line.indexOf(',a@example')))).toEqual([
    "'-7",
    'Plain',
    '"A, ""b"""',
    '"\' \uFF1DHYPERLINK(""http://x"")"',
    "'=1+1",
  ]);
  expect(lines.every((line) => line.includes('monitoring.starter') && line.endsWith(',EUR,1900,'))).toBe(true);
  // The filter holds for all pages.
  const own = await table(searchOrganisations, { q: ids[0] });
  expect(own).toHaveLength(2);
  expect(own[1]).toContain(`${ids[0]},`);
});

test('invoices are a line each, and an empty list has its header', async () => {
  const [header, ...lines] = await table(listAllInvoices, { state: 'open' });
  expect(header).toMatch(/^organisationId,deleted,id,number,provider,status,customerName,/);
  expect(lines).toHaveLength(5);
  expect(lines.every((line) => line.includes(',EUR,1900,0,0,1900,0,0,1900,'))).toBe(true);
  expect(await table(listAllInvoices, { state: 'void' })).toEqual([header]);
  const [organisationId] = lines[0]?.split(',') ?? [];
  expect(await table(listAllInvoices, { organisationId })).toEqual([header, lines[0]]);
  expect(await table(listAllInvoices, { organisationId: newId() })).toEqual([header]);
  expect(await billing.call(listAllInvoices, {})).not.toHaveProperty('csv');
});
