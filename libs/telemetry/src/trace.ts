import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import {
  type Attributes,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';

/*
 * W3C trace context through every hop. Ids are always carried, so that logs of one request can be found together;
 * spans are recorded only when an exporter is configured. Explicit spans at the few places that matter (HTTP,
 * operations, SQL, events) replace automatic patching, which ESM would need loader hooks for.
 *
 * A trace starts with a request or an event. Work outside of these, such as a loop's polling, is not recorded: it would
 * be a trace of its own, many times a second.
 */
export interface TraceContext {
  traceId: string;
  spanId: string;
  sampled: boolean;
  /** The ids were made here: no span has them, so none may be its child. */
  fresh?: boolean;
}

interface Running extends TraceContext {
  span?: Span;
  service?: string | undefined;
}

const store = new AsyncLocalStorage<Running>();
let tracerOf: ((service: string) => Tracer) | undefined;

/** One tracer for each service, as each has its own `service.name`. Returns how to end it. */
export function enableTracing(given: (service: string) => Tracer): () => void {
  tracerOf = given;
  return () => {
    tracerOf = undefined;
  };
}

export function isTracing(): boolean {
  return tracerOf !== undefined;
}

export const currentTrace = (): TraceContext | undefined => store.getStore();

/* Random bytes are drawn in blocks: one system call per 256 requests, not one per request. */
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
  return { traceId: randomHex(16), spanId: randomHex(8), sampled: tracerOf !== undefined, fresh: true };
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

interface SpanOptions {
  /** Default: the current one. */
  parent?: TraceContext | undefined;
  attributes?: Attributes;
  /** Whose work it is; the same as its parent's when not given. */
  service?: string;
}

/**
 * Runs the work as a span below `parent`. Only SERVER and CONSUMER start a trace of their own when there is no parent.
 * Without a tracer only the ids are carried.
 */
export function span<T>(
  name: string,
  kind: keyof typeof SpanKind,
  work: () => Promise<T>,
  options: SpanOptions = {},
): Promise<T> {
  const { parent = currentTrace() } = options;
  const hasParent = parent !== undefined && !parent.fresh;
  if (tracerOf && (hasParent || kind === 'SERVER' || kind === 'CONSUMER')) {
    return recorded(name, kind, work, { ...options, parent: hasParent ? parent : undefined });
  }
  return parent && parent !== currentTrace() ? store.run(parent, work) : work();
}

/** Adds attributes to the current span. `failed` marks it as an error without an exception. */
export function annotateSpan(attributes: Attributes, { failed = false }: { failed?: boolean } = {}): void {
  const current = store.getStore()?.span;
  current?.setAttributes(attributes);
  if (failed) current?.setStatus({ code: SpanStatusCode.ERROR });
}

async function recorded<T>(
  name: string,
  kind: keyof typeof SpanKind,
  work: () => Promise<T>,
  { parent, attributes, service = store.getStore()?.service ?? 'tidegate' }: SpanOptions,
): Promise<T> {
  const within = parent
    ? trace.setSpanContext(ROOT_CONTEXT, {
        traceId: parent.traceId,
        spanId: parent.spanId,
        traceFlags: parent.sampled ? 1 : 0,
        isRemote: true,
      })
    : ROOT_CONTEXT;
  const tracer = (tracerOf as (service: string) => Tracer)(service);
  const span = tracer.startSpan(name, { kind: SpanKind[kind], ...(attributes ? { attributes } : {}) }, within);
  const { traceId, spanId, traceFlags } = span.spanContext();
  try {
    return await store.run({ traceId, spanId, sampled: (traceFlags & 1) === 1, span, service }, work);
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).name });
    throw error;
  } finally {
    span.end();
  }
}
