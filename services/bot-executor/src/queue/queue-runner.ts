import { Injectable } from '@nestjs/common';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { OrganisationDeleted } from '@tidegate/database/deleted-organisations';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import type { TurnResult } from '@tidegate/runtime/loop';
import { Wakes } from '@tidegate/runtime/wakes';
import { isOutOfMemory, TaskCancelled, WorkersBusy, WorkersClosed, WorkerTooSlow } from '@tidegate/runtime/worker-pool';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { afterOutage, isPassing } from './after-outage.ts';
import {
  dropWork,
  endWork,
  forgetTurns,
  giveBackWork,
  holdsWork,
  type Job,
  type Kind,
  queueState,
  renewWork,
  takeWork,
} from './queue.rows.ts';

/*
 * Does the queued work of one kind, so many pieces at a time.
 *
 *   queued ──take: fence + 1, ours for 30 s──► running ──told and renewed each second──► done
 *       ──cancelled, deleted, or taken over: found out with the next renewal──► dropped
 *       ──the database or a connection breaks──► begun again after a rest, as often as it takes
 *       ──this process drains──► given back, begun anew elsewhere      ──its process died three times──► failed
 *       ──more memory or time than it may have, or an error──► failed
 *
 * What comes out follows from what was asked alone, so running it twice does no harm: only one result is written.
 */
const RENEW_MS = 1_000;
const MAX_TRIES = 3;
const FORGET_MS = 600_000;

/** What a piece of work is given: when to stop, and where to tell how far it is. */
export interface Held {
  signal: AbortSignal;
  progress: () => number;
}

export interface QueueWork {
  kind: Kind;
  /** The loop's name: it is woken when something is queued or a place is free. */
  loop: string;
  /** At a time. */
  places: number;
  /** Does the work and answers how to write what came out. No connection is held meanwhile. */
  run(job: Job, held: Held): Promise<(tx: Tx) => Promise<void>>;
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
  ) {}
}

export const endedTopic = (kind: Kind): string => `ended-${kind}`;

export class QueueRunner {
  private readonly running = new Map<string, Promise<void>>();
  private forgotAt = 0;
  private readonly work: QueueWork;
  private readonly tools: QueueTools;

  constructor(work: QueueWork, tools: QueueTools) {
    this.work = work;
    this.tools = tools;
  }

  /** Begins what there are places for; the end of each wakes the loop again. */
  async turn(signal: AbortSignal): Promise<TurnResult> {
    const { kind, places } = this.work;
    while (!signal.aborted && this.running.size < places) {
      const job = await this.tools.tenants.as({}, (tx) => takeWork(tx, kind, [...this.running.keys()]));
      if (!job) break;
      const running = this.runOne(job, signal).finally(() => {
        this.running.delete(job.id);
        this.tools.wakes.wake(this.work.loop);
      });
      this.running.set(job.id, running);
    }
    return this.observe();
  }

  /** Nothing is running any more. */
  async drained(): Promise<void> {
    await Promise.all(this.running.values());
  }

  private async observe(): Promise<TurnResult> {
    const { kind } = this.work;
    const { metrics, tenants } = this.tools;
    const state = await queueState(tenants.reader({}), kind);
    metrics
      .gauge('tidegate_work_waiting', 'Backtests, sweeps and candle files that wait', ['kind'])
      .set({ kind }, state.waiting);
    metrics
      .gauge('tidegate_work_oldest_seconds', 'How long the oldest of them has waited', ['kind'])
      .set({ kind }, state.oldestSeconds);
    if (Date.now() - this.forgotAt > FORGET_MS) {
      this.forgotAt = Date.now();
      await tenants.as({}, forgetTurns);
    }
    return state.nextMs === null ? undefined : state.nextMs + 1;
  }

  /** Never throws: one piece of work's trouble is its own. */
  private async runOne(job: Job, drain: AbortSignal): Promise<void> {
    const lost = new AbortController();
    const held: Held = { signal: AbortSignal.any([drain, lost.signal]), progress: () => 0 };
    let asking = false;
    const renewing = setInterval(async () => {
      // What is written at length keeps its row: one connection may wait for it, and not one more each second.
      if (asking) return;
      asking = true;
      await this.renew(job, held, lost);
      asking = false;
    }, RENEW_MS);
    let outcome = 'lost';
    try {
      outcome = await this.attempt(job, held, drain);
    } catch (error) {
      // Nothing is written for an organisation that was deleted; its other rows are taken away as well.
      if (error instanceof OrganisationDeleted) await this.drop(job, drain);
      else this.tools.log.error({ error, ...idsOf(job) }, 'Queued work was left and will be taken over');
    } finally {
      clearInterval(renewing);
      // One part of it failed: the others, of which a sweep has thousands, are not computed for nobody.
      lost.abort();
    }
    this.tools.metrics
      .counter('tidegate_work_ended_total', 'Backtests, sweeps and candle files by how they ended', ['kind', 'outcome'])
      .inc({ kind: this.work.kind, outcome });
    this.tools.wakes.wake(endedTopic(this.work.kind));
  }

  private async attempt(job: Job, held: Held, drain: AbortSignal): Promise<string> {
    let write: (tx: Tx) => Promise<unknown>;
    let outcome = 'done';
    try {
      if (job.tries > MAX_TRIES) throw new Failure('It ended its process each time it was tried.');
      write = await this.work.run(job, held);
    } catch (error) {
      if (drain.aborted || error instanceof WorkersClosed) return this.giveBack(job, 'drained', false, drain);
      if (held.signal.aborted || error instanceof TaskCancelled) return 'lost';
      if (error instanceof OrganisationDeleted) throw error;
      if (isPassing(error) || error instanceof WorkersBusy) {
        this.tools.log.warn({ error, ...idsOf(job) }, 'Queued work is tried again after a rest');
        return this.giveBack(job, 'again', true, drain);
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
      this.tools.log.warn({ error, ...idsOf(job) }, 'The work of a deleted organisation stays until it is swept away'),
    );
  }

  private async giveBack(job: Job, outcome: string, rest: boolean, drain: AbortSignal): Promise<string> {
    await this.persist(job, drain, (tx) => giveBackWork(tx, job, rest));
    return outcome;
  }

  /** A connection that breaks does not undo hours of work: it is written when there is one again. */
  private persist<T>(job: Job, drain: AbortSignal, work: (tx: Tx) => Promise<T>): Promise<T> {
    return afterOutage(drain, () => this.tools.tenants.run(job.org_id, work));
  }

  private async renew(job: Job, held: Held, lost: AbortController): Promise<void> {
    try {
      const ours = await this.tools.tenants.as({}, (tx) => renewWork(tx, job, held.progress()));
      if (!ours) lost.abort();
    } catch (error) {
      // Whoever takes over meanwhile has another fence, so that nothing is written twice.
      this.tools.log.debug({ error, ...idsOf(job) }, 'A lease was not renewed');
    }
  }

  private reasonOf(error: unknown, job: Job): string {
    if (error instanceof Failure) return error.message;
    if (error instanceof ProblemError) return error.detail ?? error.title;
    if (error instanceof WorkerTooSlow) return 'It took longer than it may. Use fewer candles or fewer orders.';
    if (isOutOfMemory(error)) return 'It needed more memory than it may have. Use fewer candles or fewer orders.';
    this.tools.log.error({ error, ...idsOf(job) }, 'Queued work failed');
    return 'It could not be run; operators were told.';
  }
}

/** A reason that the customer may read. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

const idsOf = ({ id, org_id }: Job) => ({ workId: id, orgId: org_id });
