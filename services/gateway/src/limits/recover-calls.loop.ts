import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { returnLease } from '@tidegate/contracts/usage/leases';
import { Bus } from '@tidegate/messaging/bus';
import { UsagePublisher } from '@tidegate/messaging/usage-publisher';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { CallJournal, SEGMENT } from './call-journal.ts';
import { readSegment } from './read-segment.ts';
import type { Tally } from './tally.ts';
import { publishCalls } from './usage-reports.ts';
import { isWriting } from './writer-lock.ts';

/**
 * A gateway that died is found by the one that starts in its place; this interval is for those that are not replaced.
 */
const SEARCH_MS = 600_000;
/** After the bus did not accept everything. */
const RETRY_MS = 5_000;
const RETURN_MS = 2_000;

/** What a dead writer left behind. */
interface Left {
  writer: string;
  segments: { name: string }[];
}

/** What is known of its leases so far. */
interface Recovered {
  calls: number;
  leases: Map<string, { orgId: string; spent: number }>;
  segments: string[];
}

/**
 * Reports the API calls of gateways that died before they could, under the ids that these would have used: usage
 * deduplicates, so it does not matter how far they got, nor how many processes do this at once. Then the leases that
 * they held are returned. Damaged lines are logged and skipped; a segment that cannot be read stays.
 */
@Injectable()
export class RecoverCalls {
  private interrupted = false;

  constructor(
    private readonly journal: CallJournal,
    private readonly bus: Bus,
    private readonly usage: UsagePublisher,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'recover-api-calls', everyMs: SEARCH_MS })
  async turn({ signal }: Turn): Promise<TurnResult> {
    this.interrupted = false;
    const of = { signal, log: this.log, what: 'Reporting the API calls of a gateway that died' };
    await each(await this.left(), of, (left) => this.recover(left));
    return this.interrupted ? RETRY_MS : undefined;
  }

  private async left(): Promise<Left[]> {
    const { folder, writer: self } = this.journal;
    const names = listed(folder);
    const writers = new Set(names.flatMap((name) => /^([0-9a-f]{32})[-.]/.exec(name)?.[1] ?? []));
    const found: Left[] = [];
    for (const writer of writers) {
      if (writer === self || (await isWriting(folder, writer))) continue;
      const segments = names.filter((name) => SEGMENT.test(name) && name.startsWith(writer));
      found.push({ writer, segments: segments.map((name) => ({ name })) });
    }
    return found;
  }

  private async recover({ writer, segments }: Left): Promise<void> {
    const recovered: Recovered = { calls: 0, leases: new Map(), segments: [] };
    const of = { log: this.log, what: 'Reading a segment of API calls' };
    const failed = await each(segments, of, ({ name }) => this.report(name, recovered));
    for (const [leaseId, { orgId, spent }] of recovered.leases) await this.giveBack(leaseId, orgId, spent);
    // Except a segment that could not be read: the next turn retries it.
    const done = failed === 0 ? listed(this.journal.folder).filter((name) => name.startsWith(writer)) : [];
    for (const name of [...recovered.segments, ...done]) rmSync(join(this.journal.folder, name), { force: true });
    const { calls } = recovered;
    if (calls > 0)
      this.log.info({ calls, segments: recovered.segments.length }, 'API calls of a dead gateway reported');
  }

  private async report(name: string, recovered: Recovered): Promise<void> {
    const { tally, leases, damaged } = await readSegment(join(this.journal.folder, name));
    if (damaged > 0) this.log.error({ segment: name, damaged }, 'Damaged lines of a segment of API calls are skipped');
    const segment = name.replace('.calls', '');
    for (const [orgId, events] of tally.events(segment)) {
      await publishCalls(this.usage, segment, orgId, events).catch((error) => {
        this.interrupted = true;
        throw error;
      });
    }
    recovered.calls += tally.calls();
    recovered.segments.push(name);
    gather(recovered.leases, tally, leases);
  }

  /** A lease that has been returned or has expired is fine; one that cannot be returned expires. */
  private async giveBack(leaseId: string, orgId: string, spent: number): Promise<void> {
    try {
      await this.bus.call(returnLease, { leaseId, spent }, { orgId, deadlineMs: RETURN_MS });
    } catch (error) {
      if (error instanceof ProblemError && error.status < 500) return;
      this.log.warn({ error, orgId }, 'A lease of a dead gateway was not returned and will expire');
    }
  }
}

/** Empty when the folder does not exist. */
function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The segments of one writer: the last one knows the most about a lease. */
function gather(
  known: Recovered['leases'],
  tally: Tally,
  leases: Map<string, { orgId: string; before: number }>,
): void {
  for (const [lease, { orgId, before }] of leases) {
    const spent = before + tally.paidBy(lease);
    known.set(lease, { orgId, spent: Math.max(spent, known.get(lease)?.spent ?? 0) });
  }
}
