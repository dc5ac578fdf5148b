import { Controller } from '@nestjs/common';
import { paymentRefused, priceNotPublished } from '@tidegate/contracts/billing/payments';
import { seatsStopped } from '@tidegate/contracts/billing/seats';
import { memberChanged } from '@tidegate/contracts/identity/members';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { SetAside } from '@tidegate/runtime/set-aside';
import { Wakes } from '@tidegate/runtime/wakes';
import { Log } from '@tidegate/telemetry/log';
import { FOLLOW_SEATS } from '../entitlements/announce-entitlements.ts';
import { type DueSeats, findDueSeats, markSeats } from '../kernel/seat.rows.ts';
import { CountMembers } from './count-members.ts';
import { FollowMembers } from './follow-members.ts';

const AT_ONCE = 100;
/** Whoever joins after these is paid for by nobody, however often it is tried. */
const NEVER_PAID: ReadonlySet<string> = new Set([paymentRefused.code, priceNotPublished.code]);
const AFTER_FAILURE_MS = 30_000;

/*
 * Buys as many seats as there are members. Who joins does so at once, up to the cap of the owner: the limit is the cap, and
 * identity counts against it. An event only says that members have changed; this loop asks how many there are, so order and
 * repetition of events make no difference. What was written is not written again for 30 seconds: twenty joiners are one
 * change. A write names the quantity that shall be, so a repetition changes nothing; replicas may take the same one, and whose
 * count is older than a mark or another count changes nothing. What fails is tried again after 30 seconds; nobody else waits
 * for that.
 */
@Controller()
export class FollowSeats {
  private readonly apart = new SetAside(AFTER_FAILURE_MS);

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly wakes: Wakes,
    private readonly count: CountMembers,
    private readonly follow: FollowMembers,
    private readonly log: Log,
  ) {}

  @On(memberChanged)
  async member({ data: { orgId }, tx }: EventContext<typeof memberChanged>): Promise<void> {
    if (await markSeats(tx, orgId)) tx.onCommit(() => this.wakes.wake(FOLLOW_SEATS));
  }

  @Loop({ name: FOLLOW_SEATS, everyMs: 3_600_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    const { due, nextInMs } = await findDueSeats(
      this.tenants.reader({ system: 'catalogue' }),
      AT_ONCE,
      this.apart.ids(),
    );
    const failing = ({ orgId }: DueSeats) => this.apart.add(orgId);
    await each(due, { signal, log: this.log, what: 'Following the members', failing }, (one) => this.check(one));
    return due.length > 0 ? 'again' : this.apart.next(nextInMs);
  }

  private async check(due: DueSeats): Promise<void> {
    const { orgId } = due;
    const members = await this.count.now(orgId);
    try {
      await this.follow.members(due, members);
    } catch (error) {
      if (!(error instanceof ProblemError) || !NEVER_PAID.has(error.code)) throw error;
      await this.follow.stop(due, 'payment_failed', (emit, stopped) => emit(seatsStopped, stopped, { orgId }));
    }
  }
}
