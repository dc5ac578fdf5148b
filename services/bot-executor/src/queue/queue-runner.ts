import { Injectable } from '@nestjs/common';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { OrganisationDeleted } from '@tidegate/database/deleted-organisations';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import type { TurnResult } from '@tidegate/runtime/loop';
import { Wakes } from '@tidegate/runtime/wakes';
import { isOutOfMemory, TaskCancelled, WorkersBusy, WorkersClosed, WorkerTooSlow } from '@tidegate/runtime/worker-pool';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { afterOutage, isPassing } from './after-outage.ts';
import {
  acquireWork,
  dropWork,
  endWork,
  expireTurns,
  holdsWork,
  type Job,
  type Kind,
  queueState,
  releaseWork,
  renewWork,
} from './queue.rows.ts';

/*
 * Runs the queued work of one kind, a limited number of jobs at a time.
 *
 *   queued ──acquire: fence + 1, leased for 30 s──► running ──renewed each second, with its progress──► done
 *       ──cancelled, deleted, or taken over: noticed at the next renewal──► dropped
 *       ──the database or a connection breaks──► retried after a rest, as often as it takes
 *       ──this process drains──► released, restarted elsewhere      ──its process died three times──► failed
 *       ──more memory or time than it may have, or an error──► failed
 *
 * A result follows from the request alone, so running a job twice does no harm: only one result is written.
 */
const RENEW_MS = 1_000;
const MAX_TRIES = 3;
const EXPIRE_EVERY_MS = 600_000;

/** What a running job is given: when to stop, and where to report its progress. */
export interface WorkContext {
  signal: AbortSignal;
  progress: () => number;
}

export interface QueueWork {
  kind: Kind;
  /** The loop's name: it is woken when something is queued and when a job ends. */
  loop: string;
  /** Jobs at a time in this process. */
  concurrency: number;
  /** Does the work and returns how to write the result. No connection is held meanwhile. */
  run(job: Job, context: WorkContext): Promise<(tx: Tx) => Promise<void>>;
  /** Reports to whoever looks that it has come further, or has ended: at most each time the lease is renewed. */
  report?(job: Job, progress: { done: number; ended: boolean }): void;
  /** Writes why it failed. */
  fail(tx: Tx, id: string, failure: string): Promise<unknown>;
}

/** What every queue needs, gathered once. */
@Injectable()
export class QueueTools {
  constructor(
    readonly tenants: TenantDatabase,
    readonly wakes: Wakes,
    readonly log: Log,
    readonly metrics: Metrics,
    readonly bus: Bus,
  ) {}
}

export const endedTopic = (kind: Kind): string => `ended-${kind}`;

export class QueueRunner {
  private readonly running = new Map<string, Promise<void>>();
  private expiredAt = Number.NEGATIVE_INFINITY;
  private readonly work: QueueWork;
  private readonly tools: QueueTools;
  private readonly waiting;
  private readonly oldest;
  private readonly ended;

  constructor(work: QueueWork, tools: QueueTools) {
    this.work = work;
    this.tools = tools;
    const { metrics } = tools;
    this.waiting = metrics.gauge('tidegate_work_waiting', 'Backtests, sweeps and candle files that wait', ['kind']);
    this.oldest = metrics.gauge('tidegate_work_oldest_seconds', 'How long the oldest of them has waited', ['kind']);
    const help = 'Backtests, sweeps and candle files by how they ended';
    this.ended = metrics.counter('tidegate_work_ended_total', help, ['kind', 'outcome']);
  }

  /** Starts as many jobs as may run at a time; the end of each wakes the loop again. */
  async turn(signal: AbortSignal): Promise<TurnResult> {
    const { kind, concurrency } = this.work;
    while (!signal.aborted && this.running.size < concurrency) {
      const job = await this.tools.tenants.as({}, (tx) => acquireWork(tx, kind, [...this.running.keys()]));
      if (!job) break;
      const running = this.runOne(job, signal).finally(() => {
        this.running.delete(job.id);
        this.tools.wakes.wake(this.work.loop);
      });
      this.running.set(job.id, running);
    }
    return this.observe();
  }

  /** Resolves when no job is running any more. */
  async drained(): Promise<void> {
    await Promise.all(this.running.values());
  }

  private async observe(): Promise<TurnResult> {
    const { kind } = this.work;
    const { tenants } = this.tools;
    const state = await queueState(tenants.reader({}), kind);
    this.waiting.set({ kind }, state.waiting);
    this.oldest.set({ kind }, state.oldestSeconds);
    if (performance.now() - this.expiredAt > EXPIRE_EVERY_MS) {
      this.expiredAt = performance.now();
      await tenants.as({}, expireTurns);
    }
    return state.nextMs === null ? undefined : state.nextMs + 1;
  }

  /** Never throws: the failure of one job is its own. */
  private async runOne(job: Job, drain: AbortSignal): Promise<void> {
    const lost = new AbortController();
    const context: WorkContext = { signal: AbortSignal.any([drain, lost.signal]), progress: () => 0 };
    let renewingNow = false;
    const renewing = setInterval(async () => {
      // A long write keeps the job's row locked: one connection may wait for it, not one more each second.
      if (renewingNow) return;
      renewingNow = true;
      await this.renew(job, context, lost);
      renewingNow = false;
    }, RENEW_MS);
    let outcome = 'lost';
    try {
      outcome = await this.attempt(job, context, drain);
    } catch (error) {
      // Nothing is written for an organisation that was deleted; its other rows are deleted as well.
      if (error instanceof OrganisationDeleted) await this.drop(job, drain);
      else this.tools.log.error({ error, ...idsOf(job) }, 'A job was abandoned and will be taken over');
    } finally {
      clearInterval(renewing);
      // When one part failed, the others are cancelled: a sweep has thousands.
      lost.abort();
    }
    this.ended.inc({ kind: this.work.kind, outcome });
    this.tools.wakes.wake(endedTopic(this.work.kind));
    this.work.report?.(job, { done: context.progress(), ended: true });
  }

  private async attempt(job: Job, context: WorkContext, drain: AbortSignal): Promise<string> {
    let write: (tx: Tx) => Promise<unknown>;
    let outcome = 'done';
    try {
      if (job.tries > MAX_TRIES) throw new Failure('It ended its process each time it was tried.');
      write = await this.work.run(job, context);
    } catch (error) {
      if (drain.aborted || error instanceof WorkersClosed) return this.release(job, 'drained', false, drain);
      if (context.signal.aborted || error instanceof TaskCancelled) return 'lost';
      if (error instanceof OrganisationDeleted) throw error;
      if (isPassing(error) || error instanceof WorkersBusy) {
        this.tools.log.warn({ error, ...idsOf(job) }, 'A job is retried after a rest');
        return this.release(job, 'again', true, drain);
      }
      outcome = 'failed';
      write = (tx) => this.work.fail(tx, job.id, this.reasonOf(error, job));
    }
    const written = await this.persist(job, drain, async (tx) => {
      if (!(await holdsWork(tx, job))) return false;
      await write(tx);
      await endWork(tx, this.work.kind, job);
      return true;
    });
    return written ? outcome : 'lost';
  }

  private async drop(job: Job, drain: AbortSignal): Promise<void> {
    await afterOutage(drain, () => this.tools.tenants.as({}, (tx) => dropWork(tx, job.id))).catch((error: unknown) =>
      this.tools.log.warn({ error, ...idsOf(job) }, 'A job of a deleted organisation stays until it is purged'),
    );
  }

  private async release(job: Job, outcome: string, rest: boolean, drain: AbortSignal): Promise<string> {
    await this.persist(job, drain, (tx) => releaseWork(tx, job, rest));
    return outcome;
  }

  /** A broken connection does not undo hours of work: the result is written once there is a connection again. */
  private persist<T>(job: Job, drain: AbortSignal, work: (tx: Tx) => Promise<T>): Promise<T> {
    return afterOutage(drain, () => this.tools.tenants.run(job.org_id, work));
  }

  private async renew(job: Job, context: WorkContext, lost: AbortController): Promise<void> {
    try {
      const ours = await this.tools.tenants.as({}, (tx) => renewWork(tx, job, context.progress()));
      if (!ours) lost.abort();
      else this.work.report?.(job, { done: context.progress(), ended: false });
    } catch (error) {
      // Who takes over meanwhile has another fence, so nothing is written twice.
      this.tools.log.debug({ error, ...idsOf(job) }, 'A lease was not renewed');
    }
  }

  private reasonOf(error: unknown, job: Job): string {
    if (error instanceof Failure) return error.message;
    if (error instanceof ProblemError) return error.detail ?? error.title;
    if (error instanceof WorkerTooSlow) return 'It took longer than it may. Use fewer candles or fewer orders.';
    if (isOutOfMemory(error)) return 'It needed more memory than it may have. Use fewer candles or fewer orders.';
    this.tools.log.error({ error, ...idsOf(job) }, 'A job failed');
    return 'It failed for a reason on our side, which is in the log of the service.';
  }
}

/** A reason that the customer may read. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

const idsOf = ({ id, org_id }: Job) => ({ workId: id, orgId: org_id });
