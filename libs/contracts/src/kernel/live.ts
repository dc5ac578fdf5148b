import type { z } from 'zod';
import { register } from './registry.ts';
import type { ServiceName } from './service-names.ts';

/** Updates for clients that are connected now: by core NATS to the gateway, from there as server-sent events. May be lost. */
export interface Live<D extends z.ZodType = z.ZodType> {
  readonly kind: 'live';
  readonly service: ServiceName;
  readonly topic: string;
  readonly subject: string;
  /** The scope that a caller needs to follow the topic. */
  readonly scope: string;
  readonly summary: string;
  readonly data: D;
}

export function live<D extends z.ZodType>(spec: {
  service: ServiceName;
  topic: string;
  scope: string;
  summary: string;
  data: D;
}): Live<D> {
  if (!/^[a-z]+$/.test(spec.topic)) throw new Error(`The live topic "${spec.topic}" must be one word.`);
  return register({ kind: 'live', subject: `live.*.${spec.topic}`, ...spec });
}
