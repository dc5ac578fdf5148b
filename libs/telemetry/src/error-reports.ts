/*
 * Unexpected errors, sent to whatever takes Sentry's envelopes. It reads the error lines of the log, from which secrets are
 * blanked already, and passes on no field that may be a customer's: what kind of error, where in our code, in which
 * operation, under which trace. Loaded only where a DSN is set.
 *
 * Nobody waits for it: a report is queued or dropped, the same error is sent once a minute, and a collector that is away
 * costs one request at a time.
 */
import type { Destination } from './dsn.ts';

interface Options {
  to: Destination;
  release: string;
  environment: string;
  /** For tests. */
  sameAgainMs?: number;
}

const MOST_WAITING = 20;
const SAME_AGAIN_MS = 60_000;
const MOST_KINDS = 200;
const ANSWER_MS = 5_000;
const LAST_MS = 2_000;
const MOST_CHARACTERS = 300;
const MOST_FRAMES = 50;

interface Line {
  time?: string;
  msg?: string;
  service?: string;
  operation?: string;
  traceId?: string;
  error?: { name?: string; message?: string; code?: unknown; stack?: string };
}

export class ErrorReports {
  private readonly options: Options;
  private readonly seen = new Map<string, number>();
  private waiting: string[] = [];
  private sending: Promise<void> | undefined;
  private notBefore = 0;
  dropped = 0;

  constructor(options: Options) {
    this.options = options;
  }

  /** A line of the log. */
  write(line: string): void {
    if (!line.startsWith('{"level":"error"')) return;
    const parsed = JSON.parse(line) as Line;
    if (!parsed.error?.stack) return;
    const now = performance.now();
    const kind = `${parsed.msg} ${parsed.error.name} ${parsed.error.stack.split('\n')[1]}`;
    const before = this.seen.get(kind) ?? Number.NEGATIVE_INFINITY;
    if (now - before < (this.options.sameAgainMs ?? SAME_AGAIN_MS)) return;
    if (this.seen.size >= MOST_KINDS) this.seen.clear();
    this.seen.set(kind, now);
    if (this.waiting.length >= MOST_WAITING || now < this.notBefore) {
      this.dropped += 1;
      return;
    }
    this.waiting.push(this.envelope(parsed));
    this.sending ??= this.send().finally(() => {
      this.sending = undefined;
    });
  }

  /** What waits has a moment more. */
  async stop(): Promise<void> {
    await Promise.race([this.sending, new Promise((resolve) => setTimeout(resolve, LAST_MS).unref())]);
    this.waiting = [];
  }

  private async send(): Promise<void> {
    for (let body = this.waiting.shift(); body !== undefined; body = this.waiting.shift()) {
      try {
        const response = await fetch(this.options.to.url, {
          method: 'POST',
          redirect: 'error',
          signal: AbortSignal.timeout(ANSWER_MS),
          headers: {
            'content-type': 'application/x-sentry-envelope',
            'x-sentry-auth': `Sentry sentry_version=7, sentry_client=tidegate/${this.options.release}, sentry_key=${this.options.to.key}`,
          },
          body,
        });
        await response.body?.cancel();
        if (response.status === 429) this.rest(Number(response.headers.get('retry-after')) || 60);
      } catch {
        // It is away. The log has the error; whatever comes within a minute is not sent.
        this.rest(60);
      }
    }
  }

  private rest(seconds: number): void {
    this.notBefore = performance.now() + Math.min(seconds, 3_600) * 1_000;
    this.dropped += this.waiting.length;
    this.waiting = [];
  }

  private envelope({ time, msg, service, operation, traceId, error = {} }: Line): string {
    const id = crypto.randomUUID().replaceAll('-', '');
    const at = time ?? new Date().toISOString();
    const event = {
      event_id: id,
      timestamp: at,
      platform: 'node',
      level: 'error',
      release: `tidegate@${this.options.release}`,
      environment: this.options.environment,
      logger: service,
      transaction: operation,
      tags: { ...(service && { service }), ...(typeof error.code === 'string' && { code: error.code.slice(0, 40) }) },
      ...(traceId && { contexts: { trace: { trace_id: traceId, span_id: traceId.slice(16) } } }),
      exception: {
        values: [
          {
            type: error.name,
            value: `${scrub(msg ?? '')}: ${scrub(error.message ?? '')}`,
            stacktrace: { frames: framesOf(error.stack ?? '', error.message ?? '') },
          },
        ],
      },
    };
    return [{ event_id: id, sent_at: new Date().toISOString() }, { type: 'event' }, event]
      .map((one) => JSON.stringify(one))
      .join('\n');
  }
}

/**
 * Errors quote what they were given. So quoted texts, addresses, ids, numbers and whatever looks like a key are left out; what
 * remains are the words of whoever wrote the message.
 */
export function scrub(message: string): string {
  return (
    message
      .slice(0, 4 * MOST_CHARACTERS)
      .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '<url>')
      .replace(/\S+@\S+/g, '<address>')
      .replace(/"[^"]*"|'[^']*'|`[^`]*`|“[^”]*”|‘[^’]*’|«[^»]*»/g, '<text>')
      // One that is not closed; the apostrophe of a word is none.
      .replace(/(?:["`]|(?<![a-z])').*$/is, '<text>')
      .replace(/\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?|\[?(?:[0-9a-f]{0,4}:){2,}[0-9a-f]{0,4}\]?/gi, '<address>')
      .replace(/\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/gi, '<name>')
      .replace(/(?=\S*\d)\S{6,}|\S{25,}/g, '<value>')
      .replace(/\d+/g, '0')
      .slice(0, MOST_CHARACTERS)
  );
}

/** The oldest first, as they are shown; only places in code, and none that a message pretends to be. */
function framesOf(stack: string, message: string) {
  return stack
    .replace(message, '')
    .split('\n')
    .flatMap((line) => {
      const [, name, file, row, column] = /^\s+at (?:(.+?) \()?(?:file:\/\/)?(.+?):(\d+):(\d+)\)?$/.exec(line) ?? [];
      if (!file) return [];
      const path = file.replace(/^.*?\/((?:libs|services|cli|node_modules|dist)\/)/, '$1');
      const isOurs = !/^node:|node_modules\//.test(path);
      return [{ function: name ?? '?', filename: path, lineno: Number(row), colno: Number(column), in_app: isOurs }];
    })
    .slice(0, MOST_FRAMES)
    .reverse();
}
