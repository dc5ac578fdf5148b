import { findingFound, findingSolved } from '@tidegate/contracts/monitor-agent/server-list';
import type { Tx } from '@tidegate/database/tx';
import type { Outbox } from '@tidegate/messaging/outbox';
import { OLD_SHARE } from '../servers/server-findings.rules.ts';
import { deleteStanding, insertStanding, listStanding } from '../servers/standing-finding.rows.ts';
import { HALF } from './wraparound.rules.ts';

const KIND = 'wraparound';
/** One vacuum more or less makes no difference. */
const SOLVED_SHARE = 0.45;

/** That a server uses its transaction ids up is emitted once, and so is that they were freed. */
export class WraparoundFinding {
  /** Since when it stands; undefined: nobody has looked yet. */
  private since: number | null | undefined;
  private readonly serverId: string;
  private readonly outbox: Pick<Outbox, 'emit'>;

  constructor(serverId: string, outbox: Pick<Outbox, 'emit'>) {
    this.serverId = serverId;
    this.outbox = outbox;
  }

  /** In the transaction of the ages. What it answers is to be called once that is committed. */
  async note(tx: Tx, ages: readonly { xidAge: number }[], now: number): Promise<() => void> {
    const { serverId, outbox } = this;
    const share = Math.max(0, ...ages.map(({ xidAge }) => xidAge)) / HALF;
    const before = this.since === undefined ? await this.stored(tx) : this.since;
    let after = before;
    if (before === null && share >= OLD_SHARE) {
      const name = await insertStanding(tx, serverId, KIND, new Date(now));
      const value = Math.round(share * 1_000) / 1_000;
      if (name) await outbox.emit(tx, findingFound, { serverId, name, kind: KIND, value });
      after = now;
    } else if (before !== null && ages.length > 0 && share < SOLVED_SHARE) {
      const name = await deleteStanding(tx, serverId, KIND);
      const seconds = Math.max(0, Math.round((now - before) / 1_000));
      if (name) await outbox.emit(tx, findingSolved, { serverId, name, kind: KIND, seconds });
      after = null;
    }
    return () => {
      this.since = after;
    };
  }

  /** As whoever had the server before has left it. */
  private async stored(tx: Tx): Promise<number | null> {
    const [row] = await listStanding(tx, this.serverId, [KIND]);
    return row ? row.since.getTime() : null;
  }
}
