import { type FailureCode, failureCode, isConnectionLoss } from '../connection/connection-failure.rules.ts';
import { isPermanent, retryDelayMs } from './back-off.rules.ts';
import type { Uncollected } from './uncollected.rules.ts';
import { VisitFailed } from './visit-failed.ts';

/** The server is at fault, not our own database: only this may lead to the word "unreachable". */
export class ServerTrouble extends Error {
  override readonly name = 'ServerTrouble';
  readonly code: FailureCode;

  constructor(cause: unknown) {
    super(failureCode(cause), { cause });
    this.code = failureCode(cause);
  }
}

/** Called with the first failure in a row. */
export type FailureReport = (query: string, error: unknown) => void;

/** After so many failures in a row it is no accident. */
const REPORTED_AFTER = 2;
const UNKNOWN = 'unknown';

/**
 * A query that is repeated on a server. When it fails, it alone is paused for a while; when the connection itself is
 * gone, the session deals with that.
 */
export class ScheduledQuery {
  readonly name: string;
  readonly database: string | null;
  dueAt = 0;
  failures = 0;

  private readonly report: FailureReport;
  private trouble: Pick<Uncollected, 'code' | 'since'> | undefined;
  /** Also counts what `retry` resets: the failure stays visible until the query is answered. */
  private inARow = 0;

  constructor(name: string, report: FailureReport, database: string | null = null) {
    this.name = name;
    this.report = report;
    this.database = database;
  }

  /** It was already failing before this process asked it for the first time. */
  recall({ code, since }: Uncollected): void {
    this.trouble ??= { code, since };
    this.inARow = Math.max(this.inARow, REPORTED_AFTER);
  }

  /** Undefined when it failed alone. */
  async run<T>(now: number, read: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await read();
      this.failures = 0;
      this.inARow = 0;
      this.trouble = undefined;
      return answer;
    } catch (error) {
      // The owner of a database may shut us out of it: that is not a failure of the server.
      if (isConnectionLoss(error) && !(error instanceof VisitFailed)) throw new ServerTrouble(error);
      const { code } = error as { code?: string };
      this.failures += 1;
      this.inARow += 1;
      this.trouble = { code: code ?? UNKNOWN, since: this.trouble?.since ?? now };
      if (this.failures === 1) this.report(this.name, error);
      this.dueAt = now + retryDelayMs(this.failures, code);
      return undefined;
    }
  }

  /** Shown to users once it failed twice, or at once when it will not pass by itself. */
  get uncollected(): Uncollected | undefined {
    const { trouble } = this;
    const isReported = trouble && (this.inARow >= REPORTED_AFTER || isPermanent(trouble.code));
    return isReported
      ? { query: this.name, database: this.database, ...trouble, nextTryAt: Math.round(this.dueAt) }
      : undefined;
  }

  /** Something changed on the server: a query that failed is worth asking again. */
  retry(): void {
    if (this.failures === 0) return;
    this.failures = 0;
    this.dueAt = 0;
  }
}

/**
 * All queries of one server. Every repeated query goes through here, so that whatever stays unanswered is known and
 * reported without further code.
 */
export class ScheduledQueries {
  private readonly report: FailureReport;
  private readonly all = new Map<string, ScheduledQuery>();
  private before: readonly Uncollected[] = [];

  constructor(report: FailureReport) {
    this.report = report;
  }

  /** `uncollected`: what was stored, for queries that are yet to come. */
  remember(uncollected: readonly Uncollected[]): void {
    this.before = uncollected;
    for (const query of this.all.values()) this.recall(query);
  }

  add(name: string, database: string | null = null): ScheduledQuery {
    const key = keyOf(name, database);
    const known = this.all.get(key);
    if (known) return known;
    const query = new ScheduledQuery(name, this.report, database);
    this.recall(query);
    this.all.set(key, query);
    return query;
  }

  drop(query: ScheduledQuery): void {
    this.all.delete(keyOf(query.name, query.database));
  }

  private recall(query: ScheduledQuery): void {
    const { name, database } = query;
    const before = this.before.find((one) => one.query === name && one.database === database);
    if (before) query.recall(before);
  }

  get uncollected(): Uncollected[] {
    return [...this.all.values()].flatMap((one) => one.uncollected ?? []).sort((one, other) => one.since - other.since);
  }
}

const keyOf = (name: string, database: string | null) => JSON.stringify([name, database]);
