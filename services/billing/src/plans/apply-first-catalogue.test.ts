import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listPlans } from '@tidegate/contracts/billing/plans';
import { Log } from '@tidegate/telemetry/log';
import { type Fixture, openBilling, SHIPPED } from '../../test/fixture.ts';
import { BillingConfig } from '../billing.config.ts';
import { ApplyFirstCatalogue } from './apply-first-catalogue.ts';

let billing: Fixture;
const folder = mkdtempSync(join(tmpdir(), 'tidegate-plans-'));
beforeEach(async () => {
  billing = await openBilling();
});
afterEach(() => billing.close());
afterAll(() => rmSync(folder, { recursive: true }));

const log = new Log({ service: 'billing' });
const start = (PLANS_FILE?: string) =>
  new ApplyFirstCatalogue(
    billing.tenants,
    billing.outbox,
    new BillingConfig({
      PLANS_FILE,
      INVOICE_DUE_DAYS: 14,
      GRACE_DAYS: 7,
      UNPAID_DAYS: 30,
      INVOICE_REMINDER_DAYS: '',
      INVOICE_KEEP_YEARS: 10,
      INSTALLATION_NAME: 'Tidegate',
      INVOICE_TAX_NAME: 'VAT',
    }),
    log,
  ).onApplicationBootstrap();

test('replicas that start at once apply the shipped catalogue once', async () => {
  await Promise.all([start(), start(), start()]);
  const { catalogueVersion, products } = await billing.call(listPlans, {});
  expect([catalogueVersion, products.map(({ product }) => product)]).toEqual([1, ['monitoring', 'bots']]);
});

test('a later start leaves the catalogue in force alone, whatever the file says now', async () => {
  await start();
  const file = join(folder, 'other.yaml');
  writeFileSync(file, SHIPPED.replace('servers: 2', 'servers: 3'));
  await start(file);
  expect((await billing.call(listPlans, {})).catalogueVersion).toBe(1);
});

test('a file with a fault stops the start and names file, line and cure', async () => {
  const file = join(folder, 'broken.yaml');
  writeFileSync(file, SHIPPED.replace('servers: 2', 'servers:'));
  await expect(start(file)).rejects.toThrow(
    /broken\.yaml.*line 56: \/plans\/main\/free\/features\/servers Write a whole number/s,
  );
});

test('a catalogue in force that lacks a built-in feature is logged as a warning, with its fix', async () => {
  await start();
  const warn = vi.spyOn(log, 'warn');
  await start();
  expect(warn).not.toHaveBeenCalled();
  // As an earlier version left it.
  await billing.tenants.system('catalogue', (tx) =>
    tx.query(
      `update catalogues set document = jsonb_set(document, '{features}',
         (select jsonb_agg(f) from jsonb_array_elements(document -> 'features') f where f ->> 'key' <> 'api_calls'))`,
    ),
  );
  await start();
  expect(warn).toHaveBeenCalledExactlyOnceWith({ features: ['api_calls'] }, expect.stringContaining('plans apply'));
});
