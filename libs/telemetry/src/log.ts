import pino from 'pino';
import { currentTrace } from './trace.ts';

/** Keys that are blanked in a log line, at any of the first three levels. */
const SECRET_KEYS = [
  'password',
  'secret',
  'token',
  'accessToken',
  'refreshToken',
  'authorization',
  'cookie',
  'apiKey',
  'privateKey',
  'parameters',
  'values',
];

/** Only safe fields of errors are logged: Postgres puts row values into detail, where and parameters. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const extra = error as Error & { code?: unknown; constraint?: unknown; table?: unknown };
  return {
    name: error.name,
    message: error.message,
    code: extra.code,
    constraint: extra.constraint,
    table: extra.table,
    stack: error.stack,
    cause: error.cause === undefined ? undefined : describeError(error.cause),
  };
}

/* Lines go to stdout, and to whatever `alsoTo` adds (the log file of a single server). */
const sinks: { write(line: string): unknown }[] = [process.stdout];
export function alsoTo(sink: { write(line: string): unknown }): void {
  sinks.push(sink);
}

const root = pino(
  {
    level: process.env['LOG_LEVEL'] ?? 'info',
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { error: describeError, err: describeError },
    redact: {
      paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
      censor: '[redacted]',
    },
    mixin: () => {
      const context = currentTrace();
      return context ? { traceId: context.traceId, spanId: context.spanId } : {};
    },
  },
  {
    write: (line: string) => {
      for (const sink of sinks) sink.write(line);
    },
  },
);

/** JSON lines on stdout, with the trace they belong to. Put the error under the key `error`. */
export class Log {
  private readonly out: pino.Logger;

  constructor(bindings: Record<string, unknown> = {}) {
    this.out = root.child(bindings);
  }

  child(bindings: Record<string, unknown>): Log {
    const child = Object.create(Log.prototype) as { out: pino.Logger };
    child.out = this.out.child(bindings);
    return child as unknown as Log;
  }

  debug(fields: Record<string, unknown>, message: string): void {
    this.out.debug(fields, message);
  }
  info(fields: Record<string, unknown>, message: string): void {
    this.out.info(fields, message);
  }
  warn(fields: Record<string, unknown>, message: string): void {
    this.out.warn(fields, message);
  }
  error(fields: Record<string, unknown>, message: string): void {
    this.out.error(fields, message);
  }
}

export function setLogLevel(level: string): void {
  root.level = level;
}
