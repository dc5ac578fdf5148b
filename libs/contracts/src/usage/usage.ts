import { z } from 'zod';
import { MeterDefinition } from '../billing/catalogue.ts';
import { Enforcement, Limit, QuotaWindow } from '../billing/features.ts';
import { COUNTED } from '../kernel/audit.ts';
import { live } from '../kernel/live.ts';
import { operation } from '../kernel/operation.ts';
import {
  countedPage,
  countQuery,
  Id,
  Instant,
  PLAIN_TEXT,
  page,
  pageQuery,
  sortQuery,
  Timestamp,
} from '../kernel/types.ts';
import { UpgradeAddon } from '../kernel/upgrade-addon.ts';
import { filter, groupBy, HistoryGroup, UsageGroup } from './dimensions.ts';
import { EventId, IDENTITY_DAYS, MAX_EVENT_AGE_DAYS, MeterKey, ReportedSource, UniqueValue } from './event.ts';
import { unknownMeter } from './leases.ts';
import { Figure, Quantity } from './quantity.ts';
import { RolledOver } from './rollover.ts';

export const Meter = z
  .object({
    meter: MeterKey,
    name: z.string(),
    unit: z.string(),
    description: z.string(),
    aggregate: MeterDefinition.shape.aggregate.meta({ description: 'What it does with the quantities of events' }),
    decimals: MeterDefinition.shape.decimals,
    groupBy: MeterDefinition.shape.groupBy,
  })
  .meta({ id: 'Meter' });
export type Meter = z.infer<typeof Meter>;

export const listMeters = operation({
  service: 'usage',
  name: 'meters.list',
  http: ['GET', '/api/v1/usage/meters'],
  scope: 'usage:read',
  summary: 'What is metered',
  input: z.strictObject({}),
  output: z.object({ items: z.array(Meter) }),
});

const NEVER_ENDS = Timestamp.nullable().meta({ description: 'null: the limit applies to all use there has been' });

export const MeterUsage = z
  .object({
    ...Meter.shape,
    used: Figure,
    reserved: z.number().min(0).meta({ description: 'Lent in leases and not yet reported as used' }),
    limit: Limit,
    enforcement: Enforcement.nullable().meta({ description: 'null: not part of the plan' }),
    per: QuotaWindow.nullable().meta({ description: 'What the limit applies to; null: not part of the plan' }),
    included: z.boolean().meta({ description: 'false: the plan does not include this meter' }),
    remaining: Figure.min(0).nullable().meta({ description: 'Of the limit and of prepaid credits; null: unlimited' }),
    credits: Figure.min(0).meta({ description: 'Prepaid units that are left, and units of earlier windows' }),
    drawn: Figure.min(0).meta({ description: 'Of what is used, paid by them' }),
    rollover: RolledOver.nullable().meta({
      description: 'What was left of earlier windows, which is used first; null: the plan carries nothing of it',
    }),
    percent: z.int().nullable().meta({
      description: 'Share of the limit and of the prepaid units that is used, rounded down',
    }),
    periodStart: Timestamp.meta({
      description: 'Of the window that the limit applies to; of the month without a limit',
    }),
    periodEnd: NEVER_ENDS,
    resetsAt: NEVER_ENDS,
    upgradeTo: z.string().nullable(),
    addon: UpgradeAddon.nullable().meta({ description: 'The cheapest add-on on offer that gives more' }),
  })
  .meta({ id: 'MeterUsage' });
export type MeterUsage = z.infer<typeof MeterUsage>;

export const currentUsage = operation({
  service: 'usage',
  name: 'usage.current',
  http: ['GET', '/api/v1/usage/current'],
  scope: 'usage:read',
  summary: 'Usage of every meter against the limits of the plan',
  description:
    'Each meter in the window of its limit; `periodStart` and `periodEnd` are the current month. With `groupBy` and `meter` ' +
    'its use is divided by dimensions as well; `filter` says of which of it.',
  input: z.strictObject({
    meter: MeterKey.optional().meta({ description: 'Only this one' }),
    groupBy,
    filter,
  }),
  output: z.object({
    periodStart: Timestamp,
    periodEnd: Timestamp,
    items: z.array(
      MeterUsage.extend({
        groups: z.array(UsageGroup).optional().meta({
          description: 'With `groupBy`: the largest first, at most 100; without `filter` they add up to `used`',
        }),
      }),
    ),
  }),
  errors: [unknownMeter],
});

export const Granularity = z
  .enum(['hour', 'day', 'month'])
  .meta({ id: 'Granularity', description: 'hour: of UTC. day: of the organisation. month: of the meter’s periods' });
export type Granularity = z.infer<typeof Granularity>;

export const UsageOrigin = z.enum(['key', 'source']).meta({
  id: 'UsageOrigin',
  description: 'key: the API key that used, or that reported the use. source: the service or system that reported it',
});
export type UsageOrigin = z.infer<typeof UsageOrigin>;

export const usageHistory = operation({
  service: 'usage',
  name: 'usage.history',
  http: ['GET', '/api/v1/usage/history'],
  scope: 'usage:read',
  summary: 'Usage of one meter by hour (UTC), by day or by month of the organisation, without gaps',
  description:
    'Whole hours, days or months that cover the range. Where `from` or `to` is the start of a month, that edge is exact, so ' +
    'that the steps of a month add up to its balance. With `groupBy` each step is divided by dimensions of the meter as well, ' +
    'with `by` by the API key that used or by the source that reported. Of keys and sources a day has 1,000 apart; the rest ' +
    'is `others`. Dividing by key needs the scope `keys:read` as well.',
  input: z.strictObject({
    meter: MeterKey,
    from: Instant.optional().meta({
      description: 'Included; default 30 days (hour: 2 days, month: a year) before `to`',
    }),
    to: Instant.optional().meta({ description: 'Excluded; default now' }),
    granularity: Granularity.default('day').meta({ description: 'Length of a step' }),
    groupBy,
    filter,
    by: UsageOrigin.optional().meta({ description: 'Divide by key or source, instead of `groupBy` and `filter`' }),
  }),
  output: z.object({
    meter: MeterKey,
    granularity: Granularity,
    timeZone: z.string().meta({ description: 'Whose days these are; UTC for hours and months' }),
    items: z.array(
      z.object({
        start: Timestamp,
        quantity: Figure,
        events: z.int().nullable().meta({ description: 'null: not stored by month' }),
      }),
    ),
    total: Figure,
    groups: z
      .array(HistoryGroup)
      .optional()
      .meta({ description: 'With `groupBy` or `by`: the largest first, at most 100; they add up to `items`' }),
  }),
  errors: [unknownMeter],
});

/** A time zone by name, such as Europe/Berlin. An offset is not enough: it does not know daylight saving time. */
export const TimeZone = z
  .string()
  .max(60)
  .regex(/^(UTC|[A-Z][A-Za-z_]+(\/[A-Z][A-Za-z_+-]*\d*)+)$/, 'a zone such as Europe/Berlin, or UTC')
  .refine(isTimeZone, 'a zone that the IANA database has, such as Europe/Berlin')
  .meta({ id: 'TimeZone', description: 'A zone of the IANA database, or UTC', examples: ['Europe/Berlin'] });

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

export const UsageSettings = z
  .object({
    timeZone: TimeZone.meta({ description: 'Days of reports and of daily limits begin at midnight in this zone' }),
  })
  .meta({ id: 'UsageSettings' });

export const getUsageSettings = operation({
  service: 'usage',
  name: 'settings.get',
  http: ['GET', '/api/v1/usage/settings'],
  scope: 'usage:read',
  summary: 'The time zone in which days of usage are counted',
  input: z.strictObject({}),
  output: UsageSettings,
});

export const setUsageSettings = operation({
  service: 'usage',
  name: 'settings.set',
  http: ['PUT', '/api/v1/usage/settings'],
  scope: 'billing:write',
  summary: 'Choose the time zone of daily reports and limits',
  description:
    'Quota months and paid intervals stay as they are. Earlier usage stays in whole hours (UTC). The current day lasts ' +
    'until the first midnight of the new zone that leaves it whole, so no daily limit is reset early.',
  audit: { thing: 'usage_settings', id: null, shows: ['timeZone'], before: () => getUsageSettings },
  input: z.strictObject({ timeZone: TimeZone }),
  output: UsageSettings,
});

/** An event as other systems send it, https://cloudevents.io. Other attributes are allowed and left alone. */
export const CloudEvent = z
  .looseObject({
    specversion: z.literal('1.0').meta({ description: 'Version of CloudEvents' }),
    id: EventId,
    source: ReportedSource,
    type: MeterKey.meta({ description: 'The meter' }),
    time: Instant.optional().meta({ description: 'When it happened, by default now' }),
    subject: z.string().max(250).optional().meta({
      description: 'For service keys without the header Tidegate-Organisation: the id of the organisation',
    }),
    datacontenttype: z
      .string()
      .regex(/^[\w.-]+\/([\w.-]+\+)?json\s*(;.*)?$/i, 'JSON')
      .optional()
      .meta({ description: 'application/json, if it is sent', examples: ['application/json'] }),
    data: z
      .looseObject({})
      .optional()
      .meta({ description: 'Carries `quantity`, by default 1, or what the meter names as its `value`' }),
    series: z
      .string()
      .max(200)
      .optional()
      .meta({ description: 'As `series` of a plain event', examples: ['server-17'] }),
    until: Instant.optional().meta({ description: 'As `until` of a plain event' }),
    lease: Id.optional().meta({ description: 'The lease from which these units were taken' }),
  })
  .meta({ id: 'CloudEvent' });

export const NewUsageEvent = z
  .strictObject({
    id: EventId,
    source: ReportedSource.default('default').meta({ description: 'Which of your systems reports it' }),
    meter: MeterKey,
    quantity: Quantity.default(1).meta({
      description:
        'A number, or an exact decimal as text, with at most as many digits behind the point as the meter has (by default ' +
        'none), above 0; of meters that take the largest or the newest value that value, which may be 0',
    }),
    value: UniqueValue.optional().meta({
      description: 'Only for meters that count unique values, and required there: the value',
      examples: ['visitor-17'],
    }),
    time: Instant.optional().meta({
      description: 'When it happened, by default now; finer than a millisecond is truncated',
    }),
    dimensions: z
      .record(z.string().max(31), z.unknown())
      .optional()
      .meta({
        description:
          'What the meter groups by, such as a model: a text of at most 100 characters, a number or a yes or no for each',
        examples: [{ model: 'small' }],
      }),
    series: z
      .string()
      .max(200)
      .regex(PLAIN_TEXT, 'a text without control characters')
      .optional()
      .meta({
        description: 'Only for meters that are weighted by time: whose value it is, such as a server; each has its own',
        examples: ['server-17'],
      }),
    until: Instant.optional().meta({
      description: 'Only for meters that are weighted by time: when the value ends, if no other one comes before',
    }),
    lease: Id.optional().meta({
      description: 'The lease from which these units were taken: of the same meter and period, and not used up',
    }),
  })
  .meta({ id: 'NewUsageEvent' });
export type NewUsageEvent = z.infer<typeof NewUsageEvent>;

export const RejectionCode = z
  .enum([
    'malformed',
    'platform_meter',
    'unknown_meter',
    'not_included',
    'unknown_organisation',
    'too_old',
    'in_the_future',
    'conflict',
  ])
  .meta({
    id: 'RejectionCode',
    description:
      'conflict: the id was used for another meter or quantity; the first counts. platform_meter: only the platform ' +
      'reports it. not_included: the plan of the organisation lacks the meter',
  });
export type RejectionCode = z.infer<typeof RejectionCode>;

export const ingestUsage = operation({
  service: 'usage',
  name: 'usage.ingest',
  http: ['POST', '/api/v1/usage/events'],
  scope: 'usage:write',
  summary: 'Report usage of your own product',
  description:
    `Exactly once: (source, id) identifies an event for ${IDENTITY_DAYS} days after it was counted; sent again it counts ` +
    'once. With its own `time` it counts once for ever, because later it is too old. Each event is judged on its own: a ' +
    `bad one never fails the others. Events up to ${MAX_EVENT_AGE_DAYS} days old count in the period in which they ` +
    'happened. The answer is sent after the commit, so the next GET /api/v1/usage/current shows the new balance. ' +
    'CloudEvents 1.0 are taken as they are: one (`application/cloudevents+json`), several ' +
    '(`application/cloudevents-batch+json`), or one in binary mode (headers `ce-…`).',
  audit: COUNTED,
  input: z.strictObject({
    // Anything is accepted here and judged one by one; the other shapes document what is expected. What fits first is
    // what the schema asks for, so the order is what keeps it from reading every event twice.
    events: z
      .array(z.union([z.unknown(), NewUsageEvent, CloudEvent]))
      .min(1)
      .max(1_000)
      .meta({ description: 'At most 1,000' }),
    force: z
      .boolean()
      .default(false)
      .meta({
        description:
          'For service keys: also count events of meters that the plan lacks, so that they are not lost until it has them. In ' +
          'the body, or as `?force=true` beside CloudEvents',
      }),
  }),
  output: z.object({
    accepted: z.int().min(0),
    duplicates: z.int().min(0),
    rejected: z.array(z.object({ index: z.int().min(0), code: RejectionCode, message: z.string() })),
  }),
  example: { input: { events: [{ id: 'request-8f14e45f', meter: 'reports', quantity: 1 }] } },
  status: 202,
  cloudEvents: true,
});

export const RejectedUsage = z
  .object({
    code: RejectionCode,
    message: z.string(),
    event: z.string().meta({ description: 'The event as it came' }),
    times: z.int().meta({ description: 'How often the same event was sent' }),
    firstAt: Timestamp,
    lastAt: Timestamp,
  })
  .meta({ id: 'RejectedUsage' });

export const listRejectedUsage = operation({
  service: 'usage',
  name: 'usage.rejected',
  http: ['GET', '/api/v1/usage/rejected'],
  scope: 'usage:read',
  summary: 'Events of our services that were not counted, and why; newest first or in another order',
  description:
    'Events that came before their meter or organisation was known are counted as soon as it is, and leave this list. ' +
    'Events refused by POST /api/v1/usage/events are only in its answer.',
  input: z.strictObject({
    ...pageQuery,
    ...sortQuery(['at', 'times'], '-at', 'at: when it was refused last'),
    ...countQuery,
  }),
  output: countedPage(RejectedUsage),
});

export const RejectedUsageOfAny = RejectedUsage.extend({
  organisationId: Id.nullable().meta({ description: 'null: it named none' }),
}).meta({ id: 'RejectedUsageOfAny' });

export const listAllRejectedUsage = operation({
  service: 'usage',
  name: 'rejected-usage.list-all',
  http: ['GET', '/api/v1/operator/usage/rejected'],
  scope: 'operator',
  summary: 'Events of our services that were not counted, of all organisations, and why; newest first',
  input: z.strictObject(pageQuery),
  output: page(RejectedUsageOfAny),
});

export const UsagePulse = z
  .object({ meters: z.array(MeterKey).meta({ description: 'Those that counted something' }) })
  .meta({ id: 'UsagePulse' });

export const usagePulse = live({
  topic: 'usage',
  summary: 'Usage was counted; at most once a second from each process that counts',
  data: UsagePulse,
  refreshes: ['/api/v1/usage'],
});
