import { type FailureCode, failureCode, isConnectionLoss, isSqlState } from '../connection/connection-failure.rules.ts';
import { isPermanent, questionDelayMs } from './back-off.rules.ts';
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

/** Hears of the first failure in a row. */
export type FailureReport = (question: string, error: unknown) => void;

/** A question that is not answered, as it is stored. */
export interface Dark {
  question: string;
  /** For what is asked of each database by itself. */
  database: string | null;
  /** SQLSTATE, or the code of a connection that failed. */
  code: string;
  /** Milliseconds. */
  since: number;
  nextTryAt: number;
}

/** So many failures in a row are no accident. */
const TOLD_AFTER = 2;
const UNKNOWN = 'unknown';

/**
 * Something that is asked of a server again and again. When it fails, it alone is left alone for a while; when the
 * connection itself is gone, that is for the session to deal with.
 */
export class Question {
  readonly name: string;
  readonly database: string | null;
  dueAt = 0;
  failures = 0;

  private readonly report: FailureReport;
  private trouble: Pick<Dark, 'code' | 'since'> | undefined;
  /** Also counts what `retry` forgets: whoever looks at the server learns of it until it was answered. */
  private inARow = 0;

  constructor(name: string, report: FailureReport, database: string | null = null) {
    this.name = name;
    this.report = report;
    this.database = database;
  }

  /** It was in trouble before this process asked it for the first time. */
  recall({ code, since }: Dark): void {
    this.trouble ??= { code, since };
    this.inARow = Math.max(this.inARow, TOLD_AFTER);
  }

  /** Undefined when it failed alone. */
  async ask<T>(now: number, read: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await read();
      this.failures = 0;
      this.inARow = 0;
      this.trouble = undefined;
      return answer;
    } catch (error) {
      // Whoever owns a database may shut us out of it: that is no trouble with the server.
      if (isConnectionLoss(error) && !(error instanceof VisitFailed)) throw new ServerTrouble(error);
      const { code } = error as { code?: string };
      this.failures += 1;
      this.inARow += 1;
      this.trouble = { code: code ?? UNKNOWN, since: this.trouble?.since ?? now };
      if (this.failures === 1) this.report(this.name, error);
      this.dueAt = now + questionDelayMs(this.failures, code);
      return undefined;
    }
  }

  /** What everybody is told of: what failed twice, and what does not pass by itself at once. */
  get dark(): Dark | undefined {
    const { trouble } = this;
    const isTold = trouble && (this.inARow >= TOLD_AFTER || isPermanent(trouble.code));
    return isTold
      ? { question: this.name, database: this.database, ...trouble, nextTryAt: Math.round(this.dueAt) }
      : undefined;
  }

  /** Something changed on the server: a question that failed is worth asking again. */
  retry(): void {
    if (this.failures === 0) return;
    this.failures = 0;
    this.dueAt = 0;
  }
}

/**
 * All questions of one server. Nothing is asked again and again but by one of these, so whatever stays without an answer
 * is known here, and told, without anybody having to think of it.
 */
export class Questions {
  private readonly report: FailureReport;
  private readonly all = new Map<string, Question>();
  private before: readonly Dark[] = [];

  constructor(report: FailureReport) {
    this.report = report;
  }

  /** `dark`: what was stored, for questions that are yet to come. */
  remember(dark: readonly Dark[]): void {
    this.before = dark;
    for (const question of this.all.values()) this.recall(question);
  }

  add(name: string, database: string | null = null): Question {
    const key = keyOf(name, database);
    const known = this.all.get(key);
    if (known) return known;
    const question = new Question(name, this.report, database);
    this.recall(question);
    this.all.set(key, question);
    return question;
  }

  drop(question: Question): void {
    this.all.delete(keyOf(question.name, question.database));
  }

  private recall(question: Question): void {
    const { name, database } = question;
    const before = this.before.find((one) => one.question === name && one.database === database);
    if (before) question.recall(before);
  }

  get dark(): Dark[] {
    return [...this.all.values()].flatMap((one) => one.dark ?? []).sort((one, other) => one.since - other.since);
  }
}

const keyOf = (name: string, database: string | null) => JSON.stringify([name, database]);

/** SQLSTATEs are told as such; codes of our own are told by their texts. */
export const sqlstateOf = ({ code }: Dark): string | undefined => (isSqlState(code) ? code : undefined);
