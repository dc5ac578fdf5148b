import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { type Attributes, ROOT_CONTEXT, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';

/*
 * W3C trace context through every hop. Ids are always carried, so that logs of one request can be found together;
 * spans are recorded only when an exporter is configured. Explicit spans at the few places that matter (HTTP,
 * operations, SQL, events) replace automatic patching, which ESM would need loader hooks for.
 */
export interface TraceContext {
  traceId: string;
  spanId: string;
  sampled: boolean;
}

const store = new AsyncLocalStorage<TraceContext>();
let tracer: Tracer | undefined;

export function enableTracing(given: Tracer): void {
  tracer = given;
}

export function isTracing(): boolean {
  return tracer !== undefined;
}

export const currentTrace = (): TraceContext | undefined => store.getStore();

/* Random bytes are taken in blocks: one system call per 256 requests, not one per request. */
let pool = Buffer.alloc(0);
let used = 0;
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    pool = randomBytes(4096);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}

export function newTrace(): TraceContext {
  return { traceId: randomHex(16), spanId: randomHex(8), sampled: tracer !== undefined };
}

export function toTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A malformed or missing header starts a new trace. */
export function fromTraceparent(header: string | undefined): TraceContext {
  const match = header ? TRACEPARENT.exec(header) : null;
  if (!match?.[1] || !match[2] || /^0+$/.test(match[1])) return newTrace();
  return { traceId: match[1], spanId: match[2], sampled: (Number.parseInt(match[3] ?? '0', 16) & 1) === 1 };
}

export const runInTrace = <T>(context: TraceContext, work: () => T): T => store.run(context, work);

/** Runs the work as a span below `parent` (default: the current one). Without a tracer only the ids are carried. */
export function span<T>(
  name: string,
  kind: keyof typeof SpanKind,
  work: () => Promise<T>,
  { parent = currentTrace(), attributes }: { parent?: TraceContext | undefined; attributes?: Attributes } = {},
): Promise<T> {
  if (tracer) return recorded(tracer, name, kind, work, parent, attributes);
  return parent && parent !== currentTrace() ? store.run(parent, work) : work();
}

async function recorded<T>(
  tracer: Tracer,
  name: string,
  kind: keyof typeof SpanKind,
  work: () => Promise<T>,
  parent: TraceContext | undefined,
  attributes: Attributes | undefined,
): Promise<T> {
  const within = parent
    ? trace.setSpanContext(ROOT_CONTEXT, {
        traceId: parent.traceId,
        spanId: parent.spanId,
        traceFlags: parent.sampled ? 1 : 0,
        isRemote: true,
      })
    : ROOT_CONTEXT;
  const started = tracer.startSpan(name, { kind: SpanKind[kind], ...(attributes ? { attributes } : {}) }, within);
  const { traceId, spanId, traceFlags } = started.spanContext();
  try {
    return await store.run({ traceId, spanId, sampled: (traceFlags & 1) === 1 }, work);
  } catch (error) {
    started.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).name });
    throw error;
  } finally {
    started.end();
  }
}
