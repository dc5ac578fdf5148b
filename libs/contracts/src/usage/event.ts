import { z } from 'zod';
import { BUILT_IN_FEATURES } from '../billing/built-in-features.ts';
import { FeatureKey } from '../billing/features.ts';
import { Id, PLAIN_TEXT, Timestamp } from '../kernel/types.ts';

/** A meter is a metered feature of the catalogue; both have one name. */
export const MeterKey = FeatureKey;

/**
 * The meters that the platform itself counts. Only its services report them: a customer's API key that could would be able
 * to use up the organisation's quota, or to hide its usage.
 */
export const PLATFORM_METERS: ReadonlySet<string> = new Set(
  Object.entries(BUILT_IN_FEATURES).flatMap(([key, kind]) => (kind === 'metered' ? [key] : [])),
);

/** Events older than this are refused: their identity may have expired, and they could count twice. */
export const MAX_EVENT_AGE_DAYS = 35;
/** How long an identity is stored after its event was counted: longer than an event with its own time is accepted. */
export const IDENTITY_DAYS = MAX_EVENT_AGE_DAYS + 2;
/** Clocks differ; an event from further in the future is refused. */
export const MAX_EVENT_LEAD_MINUTES = 5;
export const MAX_QUANTITY = 1_000_000_000;

const visible = (max: number) => z.string().min(1).max(max).regex(PLAIN_TEXT, 'a text without control characters');
export const EventId = visible(200).meta({
  description: 'Derived from the fact, such as a request’s id: sent again it counts once',
  examples: ['request-8f14e45f'],
});
export const EventSource = visible(100);
/** Who reports an event to POST /api/v1/usage/events, such as the URI of a CloudEvent. */
export const ReportedSource = visible(250).meta({
  description: 'Which of your systems reports it',
  examples: ['shop'],
});

/** What a meter of unique values counts. */
export const UniqueValue = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: 'A value of a meter that counts unique ones', examples: ['visitor-17'] });

/**
 * One fact of usage as it travels on JetStream. `(org, source, id)` identifies it for 37 days after it was counted: sent
 * again it counts once, even with another time; later its time is too old. So derive `id` and `at` from the fact (a
 * request id; an order id and when it was placed), never from the moment of sending.
 */
export const UsageEvent = z
  .object({
    id: EventId,
    org: Id,
    meter: MeterKey,
    /** Whole units. A negative quantity is a correction of earlier events. */
    quantity: z
      .int()
      .min(-MAX_QUANTITY)
      .max(MAX_QUANTITY)
      .refine((quantity) => quantity !== 0, 'a whole number other than zero'),
    /** When it happened; determines the hour and the period in which it counts. */
    at: Timestamp,
    /** Who reports it: a service's name, or `api:…` for events sent to POST /api/v1/usage/events. */
    source: EventSource,
    /**
     * The lease these units were drawn from (`usage.take-lease`). Such units already count against the quota;
     * without this field they would count once as leased and once as used until the lease ends.
     */
    lease: Id.optional(),
    /** The API key of the organisation that used; none where no key did. No part of what identifies the event. */
    apiKey: z
      .string()
      .regex(/^[0-9A-Za-z]{10}$/)
      .optional(),
  })
  .meta({ id: 'UsageEvent' });
export type UsageEvent = z.infer<typeof UsageEvent>;

/** The stream. Its reader saves its checkpoint in its own database. */
export const USAGE_STREAM = 'USAGE';
export const USAGE_SUBJECTS = 'usage.*.*';

/** `usage.<orgId>.<meter>`: every event of a message is of this organisation and meter. */
export const usageSubject = (org: string, meter: string): string => `usage.${org}.${meter}`;

/** The body of one message: several events may share it (50 make publishing about ten times as fast). */
export const UsageMessage = z.array(UsageEvent).min(1).max(500).meta({ id: 'UsageMessage' });
export type UsageMessage = z.infer<typeof UsageMessage>;
