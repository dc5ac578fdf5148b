import { z } from 'zod';
import { Enforcement, Limit } from '../billing/features.ts';
import { COUNTED } from '../kernel/audit.ts';
import { operation } from '../kernel/operation.ts';
import { problem } from '../kernel/problem.ts';
import { Id, Timestamp } from '../kernel/types.ts';
import { allowMore, UpgradeAddon } from '../kernel/upgrade-addon.ts';
import { MeterKey } from './event.ts';

export const unknownMeter = problem(
  'unknown_meter',
  404,
  'There is no such meter',
  z.object({ meter: z.string(), meters: z.array(z.string()) }),
);

export const leaseClosed = problem(
  'lease_closed',
  409,
  'The lease was returned before with another amount',
  z.object({ leaseId: Id, spent: z.int() }),
);

/** The longest that units are reserved for one piece of work. */
export const MAX_TTL_SECONDS = 86_400;
/** Of a slice of a quota that names no other time. */
export const TTL_SECONDS = 60;

export const LeaseRequest = z
  .strictObject({
    meter: MeterKey,
    want: z.int().min(1).max(1_000_000).meta({ description: 'Units you would like to spend without asking again' }),
    whole: z
      .boolean()
      .default(false)
      .meta({ description: 'All or nothing: for one piece of work that needs all units' }),
    holderId: z.string().min(1).max(100).meta({ description: 'Who holds the lease: one process of yours' }),
    leaseKey: z
      .string()
      .min(1)
      .max(100)
      .meta({ description: 'Chosen by you, new for every lease; the same key again returns the same lease' }),
    ttlSeconds: z.int().min(1).max(MAX_TTL_SECONDS).default(TTL_SECONDS).meta({
      description: 'The lease ends after this time, at most a day, and with the window of the limit at the latest',
    }),
  })
  .meta({ id: 'LeaseRequest' });

/** What a plan allows in a minute, of a meter that has such a rate. */
export const LeaseRate = z
  .object({
    limit: z.int().min(0),
    left: z.int().min(0).meta({ description: 'What is lent to nobody in this minute, after this lease' }),
    resetsInMs: z.int().min(0).meta({ description: 'The lease is spent within this time; then a new minute begins' }),
    /** Where nothing is left. */
    refusal: z
      .object({ product: z.string().nullable(), upgradeTo: z.string().nullable(), addon: UpgradeAddon.optional() })
      .optional()
      .meta({ description: 'When nothing is left: whose plan decides, and what gives more in a minute' }),
  })
  .meta({ id: 'LeaseRate' });
export type LeaseRate = z.infer<typeof LeaseRate>;

export const Lease = z
  .object({
    leaseId: Id.nullable().meta({ description: 'null when nothing was granted' }),
    meter: MeterKey,
    /** 0: the quota is used up, or lent to others. Near the limit less than wanted. */
    granted: z.int().min(0),
    /** Spend nothing from the lease after this instant. */
    expiresAt: Timestamp,
    limit: Limit,
    enforcement: Enforcement,
    /** Used in the window of the limit, without lent units. */
    used: z.int(),
    /** Lent to all holders and not yet reported as used, this lease included. */
    reserved: z.int().min(0),
    resetsAt: Timestamp.nullable().meta({ description: 'null: the limit applies to all use there has been' }),
    product: z.string().nullable(),
    plan: z.string().nullable(),
    upgradeTo: z.string().nullable(),
    addon: UpgradeAddon.optional().meta({ description: 'An add-on that gives more; absent: none does' }),
    rate: LeaseRate.optional().meta({ description: 'Of what the plan limits by the minute as well' }),
  })
  .meta({ id: 'Lease' });
export type Lease = z.infer<typeof Lease>;

/** The way to more, in words; empty where there is none. */
export const allowsMore = ({ upgradeTo, addon }: Pick<Lease, 'upgradeTo' | 'addon'>): string =>
  allowMore(upgradeTo && 'a larger plan', addon && `the add-on ${addon.addonName}`);

export const takeLease = operation({
  service: 'usage',
  name: 'usage.take-lease',
  http: ['POST', '/api/v1/usage/leases'],
  scope: 'usage:write',
  summary: 'Take a slice of a metered quota to spend locally',
  description:
    'All slices, holds and reported usage together never exceed a hard limit. Report what you spend as usage events with ' +
    '`lease` set to the lease id, and return the lease when you are done; an unreturned lease frees what was not ' +
    'reported a minute after it expires. Services call it with `bus.call(takeLease, …, { orgId })`.',
  audit: COUNTED,
  input: LeaseRequest,
  output: Lease,
  errors: [unknownMeter],
  status: 200,
});

export const returnLease = operation({
  service: 'usage',
  name: 'usage.return-lease',
  http: ['POST', '/api/v1/usage/leases/{leaseId}/return'],
  scope: 'usage:write',
  summary: 'Give back what was not spent of a lease',
  audit: COUNTED,
  input: z.strictObject({
    leaseId: Id,
    spent: z
      .int()
      .min(0)
      .max(1_000_000)
      .meta({ description: 'Units spent in all; their usage events carry the lease id and may arrive later' }),
  }),
  output: z
    .object({ leaseId: Id, granted: z.int().min(0), spent: z.int().min(0), released: z.int().min(0) })
    .meta({ id: 'ReturnedLease' }),
  errors: [leaseClosed],
  status: 200,
  // It frees quota.
  metered: false,
});
