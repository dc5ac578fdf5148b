import type { z } from 'zod';
import type { Event, EventData } from './event.ts';
import { LIVE_TOPICS, type LiveTopic } from './live-topics.ts';
import { register } from './registry.ts';
import type { ServiceName } from './service-names.ts';

/** Updates for clients that are connected now: by core NATS to the gateway, from there as server-sent events. May be lost. */
export interface Live<D extends z.ZodType = z.ZodType> {
  readonly kind: 'live';
  readonly service: ServiceName;
  readonly topic: LiveTopic;
  readonly subject: string;
  /** The scope that a caller needs to follow the topic. */
  readonly scope: string;
  readonly summary: string;
  readonly data: D;
  /** The field of its data that names the thing: of several messages about one only the last needs to arrive. */
  readonly about: string | undefined;
  /** Paths of the API below which a message makes answers old. */
  readonly refreshes: readonly string[];
  /** Those of these paths, each by itself, whose answers also change without a message, such as those with a price in them. */
  readonly moves: readonly string[];
  /** Events of the service that are told on the topic when they have been sent. */
  readonly follows: readonly Followed[];
}

export interface Followed {
  readonly event: Event;
  readonly say: (data: never) => unknown;
}

/** An event as a message of a topic. */
export const follow = <E extends Event, T>(event: E, say: (data: EventData<E>) => T) => ({ event, say });

export function live<D extends z.ZodType>(spec: {
  topic: LiveTopic;
  summary: string;
  data: D;
  about?: keyof z.input<D> & string;
  refreshes: readonly `/api/v1/${string}`[];
  moves?: readonly `/api/v1/${string}`[];
  follows?: readonly { event: Event; say: (data: never) => z.input<D> }[];
}): Live<D> {
  const { topic, about, moves = [], follows = [], ...rest } = spec;
  return register({
    kind: 'live',
    topic,
    subject: `live.*.${topic}`,
    ...LIVE_TOPICS[topic],
    ...rest,
    about,
    moves,
    follows,
  });
}
