import { Injectable } from '@nestjs/common';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { PLATFORM_METERS, type UsageEvent } from '@tidegate/contracts/usage/event';
import { ingestUsage, NewUsageEvent, type RejectionCode } from '@tidegate/contracts/usage/usage';
import { Bus } from '@tidegate/messaging/bus';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { keepAccount } from '../accounts/require-account.ts';
import { isBadData } from './bad-data.ts';
import { UsageWriter } from './usage-writer.ts';

/**
 * Events of a customer's own product. They are written at once and not through the stream: the answer then tells
 * duplicates from news, and a read right after it sees them. The organisation is the caller's, never the event's.
 */
@Injectable()
export class IngestUsage {
  constructor(
    private readonly writer: UsageWriter,
    private readonly bus: Bus,
  ) {}

  @Handles(ingestUsage)
  async handle({ input, caller, tx, emit }: Call<typeof ingestUsage>) {
    const now = Date.now();
    const { events, positions, rejected } = read(input.events, caller.orgId ?? '', now);
    await this.writer.ensurePartitions(events, now);
    await keepAccount(tx, this.bus);
    try {
      const written = await this.writer.write(tx, emit, events, now);
      for (const [index, rejection] of written.rejected) rejected.push({ index: positions[index] ?? 0, ...rejection });
      rejected.sort((a, b) => a.index - b.index);
      return { accepted: written.accepted, duplicates: written.duplicates, rejected };
    } catch (error) {
      if (!isBadData(error)) throw error;
      throw invalid('/events', 'too_large', 'The sum of a meter would pass 9007199254740991. Send smaller quantities.');
    }
  }
}

function read(given: readonly unknown[], org: string, now: number) {
  const events: UsageEvent[] = [];
  const positions: number[] = [];
  const rejected: { index: number; code: RejectionCode; message: string }[] = [];
  given.forEach((one, index) => {
    const parsed = NewUsageEvent.safeParse(one);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const message = `${issue?.path.join('/') ?? ''} ${issue?.message ?? ''}`.trim();
      rejected.push({ index, code: 'malformed', message });
      return;
    }
    const { time, source, ...rest } = parsed.data;
    if (PLATFORM_METERS.has(rest.meter)) {
      const message = `${rest.meter} is counted by the platform itself. Report meters of your own.`;
      rejected.push({ index, code: 'platform_meter', message });
      return;
    }
    // The prefix keeps customers' identities apart from those of our own services.
    events.push({ ...rest, source: `api:${source}`, org, at: time ?? new Date(now).toISOString() });
    positions.push(index);
  });
  return { events, positions, rejected };
}
