import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameThings } from '@tidegate/contracts/billing/counted';
import { type Entitlements, entitlementsChanged } from '@tidegate/contracts/billing/entitlements';
import { getSubscriptions } from '@tidegate/contracts/billing/subscriptions';
import { describeOrganisations } from '@tidegate/contracts/identity/organisations';
import type { Event, EventData } from '@tidegate/contracts/kernel/event';
import type { Operation, Output } from '@tidegate/contracts/kernel/operation';
import { problemError } from '@tidegate/contracts/kernel/problem';
import { type DrawnCredit, listDrawnCredits } from '@tidegate/contracts/usage/credits';
import { remainingUnits } from '@tidegate/contracts/usage/low';
import { sumUsage } from '@tidegate/contracts/usage/sums';
import { connectDatabase } from '@tidegate/database/data-source';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Bus } from '@tidegate/messaging/bus';
import { operationHandlers } from '@tidegate/messaging/handler';
import { OperationRunner } from '@tidegate/messaging/operation-runner';
import { Outbox } from '@tidegate/messaging/outbox';
import { startLoops } from '@tidegate/runtime/loop';
import type { Wakes } from '@tidegate/runtime/wakes';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { closing } from '@tidegate/testing/closing';
import { testDatabase } from '@tidegate/testing/database';
import type { BillingConfig } from '../src/billing.config.ts';
import { EnterCode } from '../src/coupons/enter-code.ts';
import { ManageCoupons } from '../src/coupons/manage-coupons.ts';
import { InvoicePrinter } from '../src/documents/invoice-printer.ts';
import { PrintInvoice } from '../src/documents/print-invoice.ts';
import { AnnounceEntitlements } from '../src/entitlements/announce-entitlements.ts';
import { CurrentEntitlements } from '../src/entitlements/current-entitlements.ts';
import { RefreshEntitlements } from '../src/entitlements/refresh-entitlements.loop.ts';
import { ManageGrants } from '../src/grants/manage-grants.ts';
import { OrganisationBilling } from '../src/grants/organisation-billing.ts';
import { BillingDetails } from '../src/invoices/billing-details.ts';
import { ChangeInvoices } from '../src/invoices/change-invoices.ts';
import { ChargeOnce } from '../src/invoices/charge-once.ts';
import { ChargeUsage } from '../src/invoices/charge-usage.loop.ts';
import { Charges } from '../src/invoices/charges.ts';
import { ExpireKeptInvoices } from '../src/invoices/expire-kept-invoices.loop.ts';
import { IssueInvoice } from '../src/invoices/issue-invoice.ts';
import { ListInvoices } from '../src/invoices/list-invoices.ts';
import { UsageBackfilled } from '../src/invoices/usage-backfilled.ts';
import { GetCosts } from '../src/operator/get-costs.ts';
import { GetRevenue } from '../src/operator/get-revenue.ts';
import { LearnOrganisations } from '../src/operator/learn-organisations.ts';
import { ListAllInvoices } from '../src/operator/list-all-invoices.ts';
import { ListDoublePayments } from '../src/operator/list-double-payments.ts';
import { ManageDisputes } from '../src/operator/manage-disputes.ts';
import { OrganisationStory } from '../src/operator/organisation-story.ts';
import type { Described } from '../src/operator/profile.rows.ts';
import { SearchOrganisations } from '../src/operator/search-organisations.ts';
import { GetCredits } from '../src/packages/get-credits.ts';
import { ManageCredits } from '../src/packages/manage-credits.ts';
import { OrderPackage } from '../src/packages/order-package.ts';
import { ApplyPlans } from '../src/plans/apply-plans.ts';
import { CheckPlans } from '../src/plans/check-plans.ts';
import { ExportPlans } from '../src/plans/export-plans.ts';
import { ListPlans } from '../src/plans/list-plans.ts';
import { CountMembers } from '../src/seats/count-members.ts';
import { FollowMembers } from '../src/seats/follow-members.ts';
import { FollowSeats } from '../src/seats/follow-seats.loop.ts';
import { PreviewSeats } from '../src/seats/preview-seats.ts';
import { SellSeats } from '../src/seats/sell-seats.ts';
import { ApplyDueChanges } from '../src/subscriptions/apply-due-changes.loop.ts';
import { ProviderStates } from '../src/subscriptions/apply-provider-state.ts';
import { BeginBilling } from '../src/subscriptions/begin-billing.ts';
import { CancelSubscription } from '../src/subscriptions/cancel-subscription.ts';
import { ChangeSubscription } from '../src/subscriptions/change-subscription.ts';
import { DecideOrders } from '../src/subscriptions/decide-orders.ts';
import { EndPauses } from '../src/subscriptions/end-pauses.loop.ts';
import { GetEntitlements } from '../src/subscriptions/get-entitlements.ts';
import { MovePlans } from '../src/subscriptions/move-plans.ts';
import { OpenFreeSubscription } from '../src/subscriptions/open-subscription.ts';
import { OverLimits } from '../src/subscriptions/over-limits.ts';
import { PauseSubscription } from '../src/subscriptions/pause-subscription.ts';
import { Payments } from '../src/subscriptions/payments.ts';
import { PreviewChange } from '../src/subscriptions/preview-change.ts';
import { PreviewEntitlements, type Wanted } from '../src/subscriptions/preview-entitlements.ts';
import { ProviderChanges } from '../src/subscriptions/provider-changes.ts';
import type { ProviderState } from '../src/subscriptions/provider-state.rules.ts';
import { SetSubscription } from '../src/subscriptions/set-subscription.ts';
import { ShowSubscriptions } from '../src/subscriptions/show-subscriptions.ts';
import { SubscriptionChanges } from '../src/subscriptions/subscription-changes.ts';
import { usageFigures } from './usage-figures.ts';

const root = (path: string) => join(__dirname, '../../..', path);
export const SHIPPED = readFileSync(root('libs/testing/plans.yaml'), 'utf8');

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

async function nobody(): Promise<never> {
  throw new Error('There is no payment provider.');
}
/** Where none is configured. */
class NoPayments extends Payments {
  readonly configured = false;
  readonly change = nobody;
  readonly preview = nobody;
  readonly cancel = nobody;
  readonly resume = nobody;
  readonly pause = nobody;
}

/** Every instant that billing stores of what an organisation has. */
const INSTANTS: Record<string, string[]> = {
  subscriptions:
    'started_at period_start period_end trial_end cancel_at paused_at pause_ends_at grace_until unpaid_at next_at'.split(
      ' ',
    ),
  subscription_items: ['since', 'until'],
  invoices: ['issued_at', 'due_at', 'paid_at', 'remind_at', 'reminded_at'],
  pauses: ['started_at', 'ends_at'],
  period_steps: ['anchor', 'from_at'],
  grants: ['from_at', 'until_at'],
  trials: ['started_at', 'ends_at'],
  entitlements: ['next_change_at'],
  paid_periods: ['period_start', 'period_end', 'next_at'],
  credits: ['from_at', 'until_at'],
  coupon_redemptions: ['from_at', 'until_at'],
  usage_charges: ['from_at', 'until_at', 'window_start', 'due_at'],
};

export async function openBilling({
  payments = new NoPayments(),
  settings = {},
}: {
  payments?: Payments;
  settings?: Partial<BillingConfig>;
} = {}) {
  const { dataSource, close } = await openSchema('billing', ['services/billing/migrations']);
  const tenants = new TenantDatabase(dataSource);
  const outbox = new Outbox('billing', () => {});
  const woken: string[] = [];
  const roused = new Map<string, Set<() => void>>();
  const wakes = {
    service: 'billing',
    on: (loop: string, rouse: () => void) => void roused.set(loop, (roused.get(loop) ?? new Set()).add(rouse)),
    wake: (loop: string) => {
      woken.push(loop);
      for (const rouse of roused.get(loop) ?? []) rouse();
    },
  } as unknown as Wakes;
  // Nothing is overdue, unless a test is about that.
  const terms = {
    INVOICE_DUE_DAYS: 36_500,
    GRACE_DAYS: 7,
    UNPAID_DAYS: 30,
    INVOICE_REMINDER_DAYS: '-3,0,3,6',
    INVOICE_KEEP_YEARS: 10,
    INSTALLATION_NAME: 'Tidegate',
    INVOICE_TAX_NAME: 'VAT',
  };
  const config = { ...terms, ...settings } as BillingConfig;
  const log = new Log({ service: 'billing' });
  const entitlements = new AnnounceEntitlements(wakes);
  const issuing = new IssueInvoice(config, wakes);
  const changes = new SubscriptionChanges(entitlements, new Charges(config, issuing, wakes));
  /** What the services that own things say that there is. */
  const counts: Record<string, number> = {};
  /** And which of them smaller limits would restrict. */
  const names: Record<string, { id: string; name: string }[]> = {};
  const { used, paidBy, decimals, underway, answer } = usageFigures();
  /** What identity says of organisations. */
  const known = new Map<string, Described>();
  /** What usage says is left of prepaid units. */
  const drawn: DrawnCredit[] = [];
  /** What usage says is left of meters, and of which prepaid units it was told. */
  const left: { remaining: Record<string, number | null>; known: string[] } = { remaining: {}, known: [] };
  const bus = {
    call: async (operation: Operation, input: AskedOfOthers) => {
      if (operation === sumUsage) return answer(input);
      if (operation === listDrawnCredits) return { items: drawn };
      if (operation === remainingUnits) return { ...left, remaining: left.remaining[input.meter] ?? null };
      if (operation.name === nameThings.identity.name) return names;
      if (operation.name !== describeOrganisations.name) return counts;
      return { items: input.organisationIds.flatMap((id) => known.get(id) ?? []) };
    },
  } as unknown as Bus;
  const learn = new LearnOrganisations(tenants, bus, wakes);
  const limits = new OverLimits(bus, log);
  const show = new ShowSubscriptions(tenants, limits);
  const provider = new ProviderChanges(tenants, payments);
  const states = new ProviderStates(changes, config);
  const due = new ApplyDueChanges(tenants, outbox, changes, log);
  const usage = new ChargeUsage(tenants, bus, outbox, issuing, log);
  const open = new OpenFreeSubscription(entitlements);
  const count = new CountMembers(bus, log);
  const seats = new SellSeats(tenants, entitlements, wakes, count);
  const following = new FollowMembers(tenants, outbox, changes, payments, entitlements);
  const followSeats = new FollowSeats(tenants, wakes, count, following, log);
  const printer = new InvoicePrinter();
  closing(() => printer.onApplicationShutdown());
  const handlers = [
    new ApplyPlans(wakes),
    new CheckPlans(),
    new ListPlans(),
    new ExportPlans(),
    new MovePlans(wakes, tenants, limits),
    new GetEntitlements(entitlements),
    new CurrentEntitlements(),
    new ChangeSubscription(tenants, changes, provider, payments, show),
    new CancelSubscription(tenants, changes, provider, show),
    new BeginBilling(changes, show),
    new PauseSubscription(tenants, changes, provider, show),
    new SetSubscription(tenants, changes, provider, show, config),
    new PreviewChange(tenants, new PreviewEntitlements(tenants, limits), provider, config),
    new DecideOrders(changes),
    new ManageGrants(entitlements),
    new OrganisationBilling(show),
    new SearchOrganisations(),
    new OrganisationStory(),
    new GetRevenue(),
    new GetCosts(tenants, bus, log),
    new ListInvoices(),
    new ListAllInvoices(),
    new PrintInvoice(tenants, printer, config),
    new ListDoublePayments(tenants, new Metrics()),
    new ManageDisputes(entitlements),
    new BillingDetails(),
    new UsageBackfilled(tenants, bus),
    new ChargeOnce(issuing),
    new ChangeInvoices(wakes),
    new OrderPackage(payments, config, issuing),
    new GetCredits(tenants, bus, log),
    new ManageCredits(),
    new EnterCode(entitlements),
    new ManageCoupons(entitlements),
    seats,
    new PreviewSeats(tenants, count, payments, config),
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
  const refresh = new RefreshEntitlements(tenants, outbox, entitlements, log);
  /** Runs an operation as it runs in the service: checked, in its transaction, with the caller's organisation. */
  const call = async <Op extends Operation>(
    operation: Op,
    input: unknown,
    orgId: string = newId(),
    by: { userId?: string } = {},
  ) => {
    const found = handlers.find((one) => one.operation === operation);
    if (!found) throw new Error(`No handler of ${operation.name} here.`);
    const service = operation.scope === 'service';
    const caller = {
      kind: service ? ('service' as const) : ('user' as const),
      orgId,
      scopes: [operation.scope],
      ...by,
    };
    return (await runner.run(found, { caller, input, deadline: performance.now() + 60_000 })) as Output<Op>;
  };
  /** Half a minute later: members are counted where anybody said that they may have changed. */
  const countSeats = async (orgId: string): Promise<void> => {
    const apart = "check_at - interval '30 seconds', written_at = written_at - interval '30 seconds'";
    await tenants.run(orgId, (tx) =>
      tx.query(`update seat_follows set check_at = ${apart} where org_id = $1`, [orgId]),
    );
    await followSeats.turn({ signal: new AbortController().signal });
  };
  return {
    /** Applies what a provider says. */
    states,
    tenants,
    outbox,
    bus,
    call,
    changes,
    /** What another choice would allow. */
    preview: (orgId: string, wanted: Wanted) =>
      new PreviewEntitlements(tenants, limits).of(problemError, orgId, wanted),
    counts,
    following,
    names,
    known,
    learn,
    /** An organisation is created, at an instant. */
    create: async (at = new Date().toISOString(), orgId = newId(), ownerUserId = orgId): Promise<string> => {
      const event = { time: at } as never;
      const data = { orgId, name: '', ownerUserId };
      await tenants.run(orgId, async (tx) => {
        const context = { data, orgId, event, tx, emit: outbox.emitter(tx), meter: async () => {} };
        await open.handle(context);
        await learn.created(context);
      });
      return orgId;
    },
    /** What the organisation has of a product. */
    subscription: async (orgId: string, product = 'main') => {
      const { subscriptions } = await call(getSubscriptions, {}, orgId);
      const found = subscriptions.find((one) => one.product === product);
      if (!found) throw new Error(`There is no subscription of ${product}.`);
      return found;
    },
    provider: (orgId: string, product: string, state: ProviderState) =>
      tenants.run(orgId, (tx) => states.apply(tx, outbox.emitter(tx), orgId, product, state)),
    /** As if so much time had passed: everything lies further back. */
    pass: (orgId: string, ms: number) =>
      tenants.run(orgId, async (tx) => {
        for (const [table, columns] of Object.entries(INSTANTS)) {
          const moved = columns.map((column) => `${column} = ${column} - $2 * interval '1 millisecond'`);
          await tx.query(`update ${table} set ${moved.join(', ')} where org_id = $1`, [orgId, ms]);
        }
      }),
    /** Loops that were woken. */
    woken,
    /** So many members there are now; half a minute later they are paid for. */
    members: async (orgId: string, members: number) => {
      counts['seats'] = members;
      const data = { orgId, userId: newId(), role: 'viewer' as const };
      await tenants.run(orgId, async (tx) => {
        const context = { data, orgId, event: {} as never, tx, emit: outbox.emitter(tx), meter: async () => {} };
        await followSeats.member(context);
      });
      await countSeats(orgId);
    },
    countSeats,
    /** Carries out what is due; answers when the loop would wake next. */
    due: async () => {
      let next: Awaited<ReturnType<typeof due.turn>>;
      do next = await due.turn({ signal: new AbortController().signal });
      while (next === 'again');
      return next;
    },
    /** Ends the pauses at a provider whose time is over. */
    endPauses: () => new EndPauses(tenants, provider, log).turn({ signal: new AbortController().signal }),
    /** Deletes kept invoices whose time is over. */
    expireInvoices: () => new ExpireKeptInvoices(tenants, config).turn(),
    used,
    paidBy,
    drawn,
    left,
    config,
    decimals,
    underway,
    /** Carries out what is due for one organisation, by the clock of its lock. */
    settle: (orgId: string) => tenants.run(orgId, (tx) => changes.due(tx, outbox.emitter(tx), orgId)),
    /** Charges the usage that is due; answers when the loop would wake next. */
    chargeUsage: async () => {
      let next: Awaited<ReturnType<typeof usage.turn>>;
      do next = await usage.turn({ signal: new AbortController().signal });
      while (next === 'again');
      return next;
    },
    /** Replicas of the loop that carries out what is due, as they run in the service. */
    replicas: (count: number) => {
      let turns = 0;
      const loops = Array.from({ length: count }, () => {
        const one = new ApplyDueChanges(tenants, outbox, changes, log);
        const { turn } = one;
        one.turn = (given) => {
          turns += 1;
          return turn.call(one, given);
        };
        return startLoops(one, log, wakes);
      }).flat();
      closing(() => Promise.all(loops.map((loop) => loop.stop())));
      return { turns: () => turns };
    },
    refresh: () => refresh.turn({ signal: new AbortController().signal }),
    /** Every snapshot that was announced for the organisation, in order. */
    announced: (orgId: string): Promise<Entitlements[]> => emitted(entitlementsChanged, orgId),
    emitted,
    close,
  };
}
type AskedOfOthers = Parameters<ReturnType<typeof usageFigures>['answer']>[0] & {
  organisationIds: string[];
  meter: string;
};
export type Fixture = Awaited<ReturnType<typeof openBilling>>;
