import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Outbox } from '@tidegate/messaging/outbox';
import { clock } from '@tidegate/runtime/clock';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { SetAside } from '@tidegate/runtime/set-aside';
import { Log } from '@tidegate/telemetry/log';
import { emitReached } from '../balances/emit-reached.ts';
import { reachedIn } from '../balances/quota-alert.rows.ts';
import { asText, currentWindow, type MeterWindow, windowOf } from '../balances/window.rules.ts';
import { beginPeriodChange, lockQuotas } from '../entitlements/entitlement-snapshot.rows.ts';
import { CARRY_OVER, carryingWindow } from '../entitlements/plan-rollovers.ts';
import { openWindow, rolloverId } from '../entitlements/rollover.rows.ts';
import { findStored, type Standing } from '../entitlements/standing.ts';
import { carriedOf } from './carry.rules.ts';
import { findNet, saveDraws } from './credit.rows.ts';
import {
  counted,
  type DueRollover,
  findCarriedOut,
  findCarrying,
  findDueRollovers,
  findHours,
  lockDue,
  saveCarried,
} from './rollover-window.rows.ts';

const AT_ONCE = 100;
const AFTER_FAILURE_MS = 60_000;

/*
 * When a window ends, what is left of it is carried into the windows after it, as the plan says:
 *
 *   over → nobody counts for a moment: used, lent and carried before are known → its grant holds what is carried
 *        → counted again when what was lent has come back, or something that was used in it is taken back
 *
 * The grant's id is made of the window, so it is carried once, whoever counts it and however often. What is used late takes
 * carried units back, used or not (draw.rules.ts). After a stop windows are counted in their order; what was used beyond the limit of the
 * next one meanwhile draws what has come to it.
 */
@Injectable()
export class CarryOver {
  private readonly apart = new SetAside(AFTER_FAILURE_MS);

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly outbox: Outbox,
    private readonly log: Log,
  ) {}

  @Loop({ name: CARRY_OVER, everyMs: 60_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    const reader = this.tenants.reader({ system: 'ingest' });
    const { due, nextInMs } = await findDueRollovers(reader, AT_ONCE, this.apart.ids());
    const failing = ({ org_id }: DueRollover) => this.apart.add(org_id);
    await each(due, { signal, log: this.log, what: 'Carrying units over', failing }, (one) =>
      this.tenants.run(one.org_id, (tx) => this.carry(tx, one)),
    );
    if (due.length > 0) return 'again';
    const next = this.apart.next(nextInMs);
    return next === undefined ? undefined : Math.min(60_000, next);
  }

  private async carry(tx: Tx, due: DueRollover): Promise<void> {
    const { org_id: orgId, meter } = due;
    await beginPeriodChange(tx);
    await lockQuotas(tx, orgId);
    const over = await lockDue(tx, due);
    const standing = await findStored(tx);
    if (!over || !standing) return;
    const [start, stop] = [over.start_at.getTime(), over.stop_at.getTime()];
    const id = rolloverId(orgId, meter, start);
    const [net = { used: 0, drawn: 0 }] = await findNet(tx, [{ orgId, meter, per: 'month', start, end: stop }]);
    const { unit: text, reserved, reserved_until, others, ...own } = await findCarrying(tx, due, over, id);
    const unit = Number(text);
    const steps = { quota: Number(over.quota) * unit, most: Number(over.most) * unit };
    const left = { ...steps, used: net.used - net.drawn, reserved: Number(reserved), others: Number(others) };
    const amount = Math.max(carriedOf(left, unit), Number(own.used ?? 0));
    const before = own.amount === null ? 0 : Number(own.amount);
    const until = endAfter(standing, meter, stop, over.periods);
    if (amount !== before) await saveCarried(tx, due, { id, amount, from: over.stop_at, until: new Date(until) });
    const from = own.draws_from === null ? null : Number(own.draws_from);
    if (amount > before && from !== null) {
      const more = (amount - Number(own.used ?? 0)) * unit;
      await drawForUse(tx, standing, { orgId, meter, id, stop, until, from, left: more });
    }
    const next = carryingWindow(standing.snapshot, standing.periods, meter, stop);
    if (next) await openWindow(tx, orgId, next);
    await counted(tx, due, reserved_until);
    await this.announce(tx, standing, meter);
  }

  /** Thresholds that carried units have moved beyond the use are announced again when they are reached. */
  private async announce(tx: Tx, standing: Standing, meter: string): Promise<void> {
    if (standing.snapshot.features[meter]?.kind !== 'metered') return;
    const window = { ...currentWindow(standing, meter), orgId: standing.snapshot.orgId };
    const reached = await reachedIn(tx, [window]);
    await emitReached(tx, this.outbox.emitter(tx), reached, () => asText(standing, window));
  }
}

function windowAt(standing: Standing, meter: string, at: number): MeterWindow {
  const grant = standing.snapshot.features[meter];
  const per = grant?.kind === 'metered' && grant.per === 'period' ? 'period' : 'month';
  return windowOf({ ...standing, now: at }, meter, per);
}

function endAfter(standing: Standing, meter: string, stop: number, periods: number): number {
  let end = stop;
  for (let n = 0; n < periods; n += 1) ({ end } = windowAt(standing, meter, end));
  return end;
}

interface Came {
  orgId: string;
  meter: string;
  id: string;
  /** When the units begin and end, how many there are, and beyond which use they are drawn. */
  stop: number;
  until: number;
  left: number;
  from: number;
}

/** What was used beyond the limit before the units came draws them, hour by hour from the last. */
async function drawForUse(tx: Tx, standing: Standing, came: Came): Promise<void> {
  const of = { orgId: came.orgId, meter: came.meter };
  let { left } = came;
  for (let at = came.stop; at < came.until && at <= clock.now() && left > 0; ) {
    const window = windowAt(standing, came.meter, at);
    const [net = { used: 0, drawn: 0 }] = await findNet(tx, [{ ...window, orgId: came.orgId }]);
    const used = net.used - net.drawn + (await findCarriedOut(tx, of, window.end));
    let beyond = Math.min(left, used - came.from);
    left -= Math.max(0, beyond);
    const draws = [];
    for (const hour of beyond > 0 ? await findHours(tx, of, window) : []) {
      const quantity = Math.min(beyond, Math.max(0, hour.quantity));
      beyond -= quantity;
      if (quantity > 0) draws.push({ grant: came.id, at: hour.at, quantity });
      if (beyond <= 0) break;
    }
    if (draws.length > 0) await saveDraws(tx, of, draws);
    at = window.end;
  }
}
