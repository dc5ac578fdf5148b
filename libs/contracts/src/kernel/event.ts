import { z } from 'zod';
import { register } from './registry.ts';
import type { ServiceName } from './service-names.ts';

export interface Event<D extends z.ZodType = z.ZodType> {
  readonly kind: 'event';
  readonly service: ServiceName;
  /** CloudEvents type, `<service>.<thing>.<verb>.v<n>`. */
  readonly type: string;
  /** NATS subject, `evt.<type>`. */
  readonly subject: string;
  readonly summary: string;
  readonly data: D;
  /** Every consumer gets the events of one aggregate in the order in which they were emitted. */
  readonly aggregate: (data: z.output<D>) => string;
  /** Its aggregates have no other events: who handles only this follows only this, and who does not passes it over. */
  readonly apart: boolean;
}

export type EventData<E> = E extends Event<infer D> ? z.output<D> : never;

export function event<D extends z.ZodType>(spec: {
  service: ServiceName;
  /** `<thing>.<verb>.v<n>` */
  name: string;
  summary: string;
  data: D;
  aggregate: (data: z.output<D>) => string;
  apart?: true;
}): Event<D> {
  if (!/^[a-z_-]+(\.[a-z_-]+)+\.v\d+$/.test(spec.name)) {
    throw new Error(`Event "${spec.name}" must be named <thing>.<verb>.v<n>.`);
  }
  const type = `${spec.service}.${spec.name}`;
  return register({
    kind: 'event',
    service: spec.service,
    type,
    subject: `evt.${type}`,
    summary: spec.summary,
    data: spec.data,
    aggregate: spec.aggregate,
    apart: spec.apart ?? false,
  });
}

/** CloudEvents 1.0 as structured JSON: outbox row, message and dead letter contain the same bytes. */
export const Envelope = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  time: z.string(),
  /** The aggregate. */
  subject: z.string(),
  /** Counts from 1 without gaps for each service and aggregate: consumers order and deduplicate by it. */
  sequence: z.int().min(1),
  /** When the one before was emitted; absent of the first, and of what versions before this field emitted. */
  previoustime: z.string().optional(),
  orgid: z.string().nullable(),
  datacontenttype: z.literal('application/json'),
  data: z.unknown(),
});
export type Envelope = z.infer<typeof Envelope>;

/** The JetStream stream of all events. */
export const EVENTS_STREAM = 'EVENTS';
