import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Entitlements, entitlementsChanged } from '@tidegate/contracts/billing/entitlements';
import type { Event, EventData } from '@tidegate/contracts/kernel/event';
import type { Operation, Output } from '@tidegate/contracts/kernel/operation';
import { connectDatabase } from '@tidegate/database/data-source';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { operationHandlers } from '@tidegate/messaging/handler';
import { OperationRunner } from '@tidegate/messaging/operation-runner';
import { Outbox } from '@tidegate/messaging/outbox';
import type { Wakes } from '@tidegate/runtime/wakes';
import { Log } from '@tidegate/telemetry/log';
import { closing } from '@tidegate/testing/closing';
import { testDatabase } from '@tidegate/testing/database';
import type { BillingConfig } from '../src/billing.config.ts';
import { CurrentEntitlements } from '../src/entitlements/current-entitlements.ts';
import { RefreshEntitlements } from '../src/entitlements/refresh-entitlements.loop.ts';
import { ChangeInvoices } from '../src/invoices/change-invoices.ts';
import { ChargeOnce } from '../src/invoices/charge-once.ts';
import { ListInvoices } from '../src/invoices/list-invoices.ts';
import { ApplyPlans } from '../src/plans/apply-plans.ts';
import { CheckPlans } from '../src/plans/check-plans.ts';
import { ExportPlans } from '../src/plans/export-plans.ts';
import { ListPlans } from '../src/plans/list-plans.ts';
import { GetEntitlements } from '../src/subscriptions/get-entitlements.ts';
import { GetSubscription } from '../src/subscriptions/get-subscription.ts';
import { MoveDueSubscriptions } from '../src/subscriptions/move-due-subscriptions.loop.ts';
import { MovePlans } from '../src/subscriptions/move-plans.ts';
import { SetSubscription } from '../src/subscriptions/set-subscription.ts';

const root = (path: string) => join(__dirname, '../../..', path);
export const SHIPPED = readFileSync(root('plans/default.yaml'), 'utf8');

async function openSchema(schema: string, folders: string[]) {
  const all = ['libs/database/migrations', 'libs/messaging/migrations', ...folders].map(root);
  const database = await testDatabase({ schema, folders: all });
  const dataSource = await connectDatabase(database.login);
  return { dataSource, close: closing(() => dataSource.destroy().then(database.drop)) };
}

/** The schema of a service that owns bots. */
export async function openOwner() {
  const folders = ['libs/entitlements/migrations', 'services/billing/test/owner'];
  const { dataSource, close } = await openSchema('owner', folders);
  return { tenants: new TenantDatabase(dataSource), close };
}
export type Owner = Awaited<ReturnType<typeof openOwner>>;

export async function openBilling() {
  const { dataSource, close } = await openSchema('billing', ['services/billing/migrations']);
  const tenants = new TenantDatabase(dataSource);
  const outbox = new Outbox('billing', () => {});
  const woken: string[] = [];
  const wakes = { wake: (loop: string) => void woken.push(loop) } as unknown as Wakes;
  const handlers = [
    new ApplyPlans(wakes),
    new CheckPlans(),
    new ListPlans(),
    new ExportPlans(),
    new MovePlans(wakes),
    new GetEntitlements(),
    new CurrentEntitlements(),
    new GetSubscription(),
    new SetSubscription(),
    new ListInvoices(),
    new ChargeOnce({ INVOICE_DUE_DAYS: 14 } as BillingConfig),
    new ChangeInvoices(),
  ].flatMap(operationHandlers);
  const runner = new OperationRunner(tenants, outbox);
  /** The data of every event of this kind about the organisation, in order. */
  const emitted = <E extends Event>(kind: E, orgId: string): Promise<EventData<E>[]> =>
    tenants.as({}, async (tx) => {
      const rows = await tx.query<{ body: string }>(
        'select body from outbox where subject = $1 and org_id = $2 order by id',
        [kind.subject, orgId],
      );
      return rows.map((row) => JSON.parse(row.body) as EventData<E>);
    });
  const refresh = new RefreshEntitlements(tenants, outbox, new Log({ service: 'billing' }));
  return {
    tenants,
    outbox,
    /** Runs an operation as it runs in the service: checked, in its transaction, with the caller's organisation. */
    call: async <Op extends Operation>(operation: Op, input: unknown, orgId: string = newId()) => {
      const found = handlers.find((one) => one.operation === operation);
      if (!found) throw new Error(`No handler of ${operation.name} here.`);
      const service = operation.scope === 'service';
      const caller = { kind: service ? ('service' as const) : ('user' as const), orgId, scopes: [operation.scope] };
      return (await runner.run(found, { caller, input, deadline: Date.now() + 60_000 })) as Output<Op>;
    },
    /** Loops that were woken. */
    woken,
    /** Carries out the moves that are due. */
    moveDue: () => new MoveDueSubscriptions(tenants, wakes).turn(),
    refresh: () => refresh.turn({ signal: new AbortController().signal }),
    /** Every snapshot that was announced for the organisation, in order. */
    announced: (orgId: string): Promise<Entitlements[]> => emitted(entitlementsChanged, orgId),
    emitted,
    close,
  };
}
export type Fixture = Awaited<ReturnType<typeof openBilling>>;
