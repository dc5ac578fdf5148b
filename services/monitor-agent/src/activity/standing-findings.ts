import { findingFound, findingSolved, SessionsKind } from '@tidegate/contracts/monitor-agent/server-list';
import type { Tx } from '@tidegate/database/tx';
import type { Outbox } from '@tidegate/messaging/outbox';
import { deleteStanding, insertStanding, listStanding } from '../servers/standing-finding.rows.ts';
import { type AllStanding, nextStanding } from './standing-findings.rules.ts';

/** What a server's sessions suffer from: emitted when it has lasted for a while, and when it is over. */
export class StandingFindings {
  private known: AllStanding | undefined;

  constructor(
    private readonly serverId: string,
    private readonly outbox: Pick<Outbox, 'emit'>,
  ) {}

  /** In the transaction of the snapshot. What it answers is to be called once that is committed. */
  async note(tx: Tx, troubles: ReadonlyMap<SessionsKind, number>, now: number): Promise<() => void> {
    const { serverId, outbox } = this;
    const before = this.known ?? (await this.stored(tx, now));
    const { after, found, solved } = nextStanding(before, troubles, now);
    for (const { kind, since, value } of found) {
      const name = await insertStanding(tx, serverId, kind, new Date(since));
      if (name) await outbox.emit(tx, findingFound, { serverId, name, kind, value });
    }
    for (const { kind, since } of solved) {
      const name = await deleteStanding(tx, serverId, kind);
      const seconds = Math.round((now - since) / 1_000);
      if (name) await outbox.emit(tx, findingSolved, { serverId, name, kind, seconds });
    }
    return () => {
      this.known = after;
    };
  }

  /** As whoever had the server before has left it; seen now, because nobody knows when it was seen last. */
  private async stored(tx: Tx, now: number): Promise<AllStanding> {
    const rows = await listStanding(tx, this.serverId, SessionsKind.options);
    return new Map(rows.map(({ kind, since }) => [kind, { since: since.getTime(), lastAt: now, found: true }]));
  }
}
