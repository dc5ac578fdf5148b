import { Controller } from '@nestjs/common';
import { refusalOf } from '@tidegate/contracts/billing/snapshot';
import type { Output } from '@tidegate/contracts/kernel/operation';
import { forbidden, notFound, quotaExhausted } from '@tidegate/contracts/kernel/problem';
import { commitHold, releaseHold } from '@tidegate/contracts/usage/check';
import { leftOf, limitFor } from '@tidegate/contracts/usage/credits';
import { MAX_TTL_SECONDS } from '@tidegate/contracts/usage/leases';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { type Emit, Handles, type OperationContext } from '@tidegate/messaging/handler';
import { clock } from '@tidegate/runtime/clock';
import { findBalances } from '../balances/balance.rows.ts';
import { NOTHING_USED } from '../balances/balance.rules.ts';
import { asText, currentWindow } from '../balances/window.rules.ts';
import { beginCounting } from '../entitlements/entitlement-snapshot.rows.ts';
import { requireStoredStanding, type Standing, timesOf } from '../entitlements/standing.ts';
import { apiKeyOf } from '../ingestion/read-events.rules.ts';
import { UsageWriter } from '../ingestion/usage-writer.ts';
import { closeHold, findHold, type LeaseRow, lockLease, lockQuota } from '../leases/lease.rows.ts';
import { requireOpen } from './require-open.ts';

/** Events of holds; a customer's own sources begin with `api:`. */
const SOURCE = 'hold';

type Ended = Output<typeof commitHold>;

/**
 * open ──commit──► committed: its usage is counted in the same transaction, in the window in which it was held
 *   ├──release───► released
 *   └──time──────► expired: others may have its units already, so it cannot be committed any more
 */
@Controller()
export class EndHold {
  constructor(
    private readonly writer: UsageWriter,
    private readonly bus: Bus,
  ) {}

  @Handles(commitHold)
  async commit({ input, caller, tx, emit, refuse }: OperationContext<typeof commitHold>): Promise<Ended> {
    const orgId = ownerOf(caller);
    const now = clock.now();
    const days = [now - MAX_TTL_SECONDS * 1_000, now].map((at) => ({ at: new Date(at).toISOString() }));
    await this.writer.ensurePartitions(days, now);
    const { meter } = await findHold(tx, orgId, input.holdId).then(orNoHold);
    // Before the hold's state is read: whoever takes from the quota meanwhile waits, and sees it committed or expired.
    await lockQuota(tx, orgId, meter);
    const hold = await lockLease(tx, orgId, input.holdId, { hold: true }).then(orNoHold);
    const used = input.quantity ?? hold.granted;
    if (hold.spent !== null && hold.spent === used) return ended(hold, used);
    requireOpen(refuse, hold);
    if (used > 0) await this.count(tx, emit, hold, { orgId, used, apiKey: apiKeyOf(caller) });
    await closeHold(tx, orgId, hold.id, used);
    return ended(hold, used);
  }

  @Handles(releaseHold)
  async release({ input, caller, tx, refuse }: OperationContext<typeof releaseHold>): Promise<Ended> {
    const orgId = ownerOf(caller);
    const hold = await lockLease(tx, orgId, input.holdId, { hold: true }).then(orNoHold);
    // What has expired is free already.
    if (hold.spent === null && !hold.expired) await closeHold(tx, orgId, hold.id, 0);
    else if (hold.spent !== null && hold.spent > 0) requireOpen(refuse, hold);
    return ended(hold, 0);
  }

  private async count(
    tx: Tx,
    emit: Emit,
    hold: LeaseRow,
    { orgId, used, apiKey }: { orgId: string; used: number; apiKey: string | undefined },
  ) {
    const epoch = await beginCounting(tx);
    const standing = await requireStoredStanding(tx, this.bus, hold.created_at.getTime());
    if (used > hold.granted) await requireRoom(tx, standing, hold, used);
    const at = hold.created_at.toISOString();
    const whose = { org: orgId, source: SOURCE, lease: hold.id, apiKey };
    const event = { ...whose, id: hold.id, meter: hold.meter, quantity: used, at };
    const counting = { tx, emit, now: clock.now(), epoch };
    const { accepted } = await this.writer.write(counting, [event], timesOf(standing));
    if (accepted !== 1) throw new Error('A hold is counted once, when it is committed.');
  }
}

/** More than was held: if the window in which it was held has room for the rest. */
async function requireRoom(tx: Tx, standing: Standing, hold: LeaseRow, used: number): Promise<void> {
  const { snapshot } = standing;
  const grant = snapshot.features[hold.meter];
  const ceiling = grant?.kind === 'metered' ? grant.ceiling : 0;
  if (ceiling === null) return;
  const window = currentWindow(standing, hold.meter);
  const [balance] = await findBalances(tx, snapshot.orgId, [window], hold.created_at.toISOString());
  const all = { ...NOTHING_USED, ...balance };
  const others = { ...all, reserved: all.reserved - hold.granted };
  const left = leftOf(ceiling, others);
  if (used <= left) return;
  const resetsAt = asText(standing, window).end;
  const need = { amount: limitFor(used, others) };
  const { product, upgradeTo, addon } = refusalOf(snapshot, hold.meter, need);
  throw quotaExhausted(
    {
      meter: hold.meter,
      limit: ceiling,
      used: others.used + others.reserved,
      resetsAt,
      product,
      upgradeTo,
      addon,
    },
    `${hold.granted} are held and ${Math.max(0, left)} could be counted. The hold is as it was.`,
  );
}

const ended = ({ id, meter, granted }: LeaseRow, quantity: number): Ended => ({
  holdId: id,
  feature: meter,
  held: granted,
  quantity,
  released: Math.max(0, granted - quantity),
});

function ownerOf({ orgId }: OperationContext['caller']): string {
  if (!orgId) throw forbidden({}, 'A hold belongs to an organisation: call with one.');
  return orgId;
}

function orNoHold(hold: LeaseRow | undefined): LeaseRow {
  if (!hold) throw notFound(undefined, 'There is no such hold (it is deleted two hours after it ends).');
  return hold;
}
