import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { listOf, type PageParams } from '../kernel/lists.ts';
import { invalid, required } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { Params, Schedule, Subscription } from '../kernel/stored.ts';
import type { GivenItem } from './item-changes.ts';
import { mergedMetadata } from './metadata.ts';
import { createSubscription } from './new-subscription.ts';
import { type GivenPhase, type Phase, phaseOf, readPhases } from './schedule-phases.ts';
import type { NewSubscription } from './subscription-create.ts';
import { cancelNow, isOver } from './subscription-end.ts';
import type { Timer } from './timers.ts';
import { type SubscriptionUpdate, updateSubscription } from './update-subscription.ts';

type Create = Params<Stripe.SubscriptionScheduleCreateParams>;
type Update = Params<Stripe.SubscriptionScheduleUpdateParams>;

export const scheduleRoutes: Routes = {
  'POST /v1/subscription_schedules': (account, params: Create) =>
    params.from_subscription ? takeOver(account, params, params.from_subscription) : create(account, params),
  'GET /v1/subscription_schedules': (account, params: PageParams) =>
    listOf(account, 'subscription_schedule', '/v1/subscription_schedules', params, { customer: true }),
  'GET /v1/subscription_schedules/{id}': (account, _params, { id }) => account.store.get('subscription_schedule', id),
  'POST /v1/subscription_schedules/{id}': (account, params: Update, { id }) =>
    update(account, running(account, id), params),
  'POST /v1/subscription_schedules/{id}/release': (account, _params, { id }) => release(account, running(account, id)),
  'POST /v1/subscription_schedules/{id}/cancel': (account, _params, { id }) => {
    const schedule = running(account, id);
    const subscription = account.store.find('subscription', schedule.subscription);
    if (subscription && !isOver(subscription)) cancelNow(account, subscription, { reason: 'cancellation_requested' });
    if (schedule.status !== 'canceled') end(account, schedule, 'canceled');
    return schedule;
  },
};

/** A schedule acts when a phase ends: before the period that begins at the same instant. */
export function* scheduleTimers(account: Account): Generator<Timer> {
  for (const schedule of account.store.all('subscription_schedule')) {
    const [first] = schedule.phases;
    if (schedule.status === 'not_started' && first)
      yield { at: first.start_date, rank: 1, run: () => start(account, schedule, first) };
    if (schedule.status === 'active' && schedule.current_phase)
      yield { at: schedule.current_phase.end_date, rank: 1, run: () => next(account, schedule) };
  }
}

function running(account: Account, id: string): Schedule {
  const schedule = account.store.get('subscription_schedule', id);
  if (schedule.status !== 'active' && schedule.status !== 'not_started')
    throw invalid(`This subscription schedule is ${schedule.status} and cannot be changed.`, 'id');
  return schedule;
}

function draft(account: Account, customer: string, phases: Phase[], params: Create): Schedule {
  return account.create('subscription_schedule', {
    id: account.id('sub_sched'),
    object: 'subscription_schedule',
    billing_mode: { flexible: { proration_discounts: 'itemized' }, type: 'flexible' },
    created: account.now(),
    customer,
    default_settings: {
      application_fee_percent: null,
      billing_cycle_anchor: 'automatic',
      billing_thresholds: null,
      collection_method: 'charge_automatically',
      default_payment_method: params.default_settings?.default_payment_method ?? null,
      description: null,
      invoice_settings: {
        account_tax_ids: null,
        custom_fields: null,
        days_until_due: null,
        description: null,
        footer: null,
        issuer: { type: 'self' },
      },
      on_behalf_of: null,
      transfer_data: null,
    },
    end_behavior: params.end_behavior ?? 'release',
    livemode: account.settings.livemode,
    metadata: mergedMetadata({}, params.metadata),
    pause_schedules: [],
    phases,
    status: 'not_started',
  });
}

function takeOver(account: Account, params: Create, id: string): Schedule {
  if (params.phases) throw invalid('You cannot pass phases with from_subscription.', 'phases');
  const subscription = account.store.get('subscription', id, 'from_subscription');
  if (isOver(subscription)) throw invalid(`The subscription is ${subscription.status}.`, 'from_subscription');
  if (subscription.schedule) throw invalid('The subscription has a schedule already.', 'from_subscription');
  const schedule = draft(account, subscription.customer, [phaseOf(subscription)], params);
  activate(account, schedule, subscription);
  account.emit('subscription_schedule.created', schedule);
  return schedule;
}

function activate(account: Account, schedule: Schedule, subscription: Subscription): void {
  const [first] = schedule.phases;
  schedule.status = 'active';
  schedule.subscription = subscription.id;
  schedule.current_phase = first ? { end_date: first.end_date, start_date: first.start_date } : null;
  account.change(subscription, 'customer.subscription.updated', () => {
    subscription.schedule = schedule.id;
  });
}

function create(account: Account, params: Create): Schedule {
  if (!params.customer) throw required('customer');
  if (!params.phases) throw required('phases');
  account.store.get('customer', params.customer, 'customer');
  const from = typeof params.start_date === 'number' ? params.start_date : account.now();
  const phases = readPhases(account, params.phases as GivenPhase[], from);
  const schedule = draft(account, params.customer, phases, params);
  account.emit('subscription_schedule.created', schedule);
  if (from <= account.now() && phases[0]) start(account, schedule, phases[0]);
  return schedule;
}

const hasCard = (account: Account, { customer, default_settings }: Schedule): boolean =>
  (default_settings.default_payment_method ??
    account.store.get('customer', customer).invoice_settings.default_payment_method) !== null;

function start(account: Account, schedule: Schedule, phase: Phase): void {
  const subscription = createSubscription(account, {
    customer: schedule.customer,
    items: phase.items.map(({ price, quantity }) => ({ price, ...(quantity === undefined ? {} : { quantity }) })),
    ...(phase.trial_end === null ? {} : { trial_end: phase.trial_end }),
    ...(schedule.default_settings.default_payment_method
      ? { default_payment_method: schedule.default_settings.default_payment_method }
      : {}),
    metadata: phase.metadata ?? {},
    // Nobody waits for an answer: a customer without a card gets an invoice to pay.
    ...(hasCard(account, schedule) ? {} : { payment_behavior: 'default_incomplete' }),
  } as NewSubscription);
  activate(account, schedule, subscription);
  account.emit('subscription_schedule.updated', schedule);
}

/** What is past stays; the running phase may change its items at once and its end. */
function update(account: Account, schedule: Schedule, params: Update): Schedule {
  const phases = params.phases && readPhases(account, params.phases, schedule.phases[0]?.start_date ?? account.now());
  const current = schedule.current_phase;
  const kept = phases?.find((phase) => phase.start_date === current?.start_date);
  if (phases && current && !kept) throw invalid('The current phase has to stay, with the start that it has.', 'phases');
  account.change(schedule, 'subscription_schedule.updated', () => {
    if (params.end_behavior) schedule.end_behavior = params.end_behavior;
    if (params.metadata !== undefined) schedule.metadata = mergedMetadata(schedule.metadata, params.metadata);
    if (!phases) return;
    schedule.phases = phases;
    if (kept) schedule.current_phase = { end_date: kept.end_date, start_date: kept.start_date };
  });
  const subscription = account.store.find('subscription', schedule.subscription);
  if (subscription && kept) enter(account, subscription, kept, params.proration_behavior);
  return schedule;
}

function next(account: Account, schedule: Schedule): void {
  const subscription = account.store.find('subscription', schedule.subscription);
  const phase = schedule.phases.find((one) => one.start_date === schedule.current_phase?.end_date);
  if (subscription && phase) {
    account.change(schedule, 'subscription_schedule.updated', () => {
      schedule.current_phase = { end_date: phase.end_date, start_date: phase.start_date };
    });
    enter(account, subscription, phase);
    return;
  }
  if (schedule.end_behavior !== 'cancel') {
    release(account, schedule);
    return;
  }
  end(account, schedule, 'completed');
  if (subscription) cancelNow(account, subscription, { reason: 'cancellation_requested' });
}

/** The subscription gets the items of the phase; items whose price stays keep their id. */
function enter(account: Account, subscription: Subscription, phase: Phase, behaviour = phase.proration_behavior): void {
  const known = subscription.items.data;
  const given = phase.items.map(({ price, quantity }): GivenItem => {
    const item = known.find((one) => one.price.id === price);
    return { ...(item ? { id: item.id } : { price }), ...(quantity === undefined ? {} : { quantity }) };
  });
  const gone = known.filter((item) => !phase.items.some(({ price }) => price === item.price.id));
  const changes = given.filter((one) => !one.id || known.find(({ id }) => id === one.id)?.quantity !== one.quantity);
  if (changes.length + gone.length === 0) return;
  const items = [...changes, ...gone.map(({ id }) => ({ id, deleted: true }))];
  updateSubscription(account, subscription, { items, proration_behavior: behaviour } as SubscriptionUpdate, true);
}

function release(account: Account, schedule: Schedule): Schedule {
  const subscription = account.store.find('subscription', schedule.subscription);
  Object.assign(schedule, { status: 'released', released_at: account.now(), current_phase: null });
  Object.assign(schedule, { released_subscription: schedule.subscription, subscription: null });
  if (subscription)
    account.change(subscription, 'customer.subscription.updated', () => {
      subscription.schedule = null;
    });
  account.emit('subscription_schedule.released', schedule);
  return schedule;
}

function end(account: Account, schedule: Schedule, how: 'canceled' | 'completed'): void {
  Object.assign(schedule, { status: how, [`${how}_at`]: account.now(), current_phase: null });
  account.emit(`subscription_schedule.${how}`, schedule);
}
