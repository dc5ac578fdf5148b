import type { z } from 'zod';
import { register } from './registry.ts';
import type { ServiceName } from './service-names.ts';

/** Small, lossy news for whoever watches now: over core NATS to the gateway, from there as server-sent events. */
export interface Live<D extends z.ZodType = z.ZodType> {
  readonly kind: 'live';
  readonly service: ServiceName;
  readonly topic: string;
  readonly subject: string;
  /** What a caller needs to follow the topic. */
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
