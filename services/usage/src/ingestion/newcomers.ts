import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { describeOrganisations } from '@tidegate/contracts/identity/organisations';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import type { Bus } from '@tidegate/messaging/bus';
import { isOutage } from '@tidegate/messaging/errors';
import type { UsageWriter } from './usage-writer.ts';

/** As many as identity describes at once; the rest of a request are told to be sent again. */
const AT_ONCE = 50;
/** An id that identity does not know is asked about again after this long: a backend with a wrong one sends it all day. */
const WRONG_MS = 60_000;
const MOST_WRONG = 10_000;

/**
 * Organisations that a service key names and whose plan has not arrived here, because they have just signed up. Identity says
 * whether they exist, billing what they may do; what is stored then is what the event would have stored.
 */
export class Newcomers {
  private readonly wrong = new Map<string, number>();

  constructor(
    private readonly writer: UsageWriter,
    private readonly bus: Bus,
  ) {}

  /** Before anything is counted; no transaction may be open. */
  async meet(orgIds: readonly string[]): Promise<void> {
    const now = performance.now();
    const asked = orgIds.filter((orgId) => (this.wrong.get(orgId) ?? 0) < now);
    if (asked.length === 0) return;
    const lacking = (await this.writer.lacking(asked)).slice(0, AT_ONCE);
    if (lacking.length === 0) return;
    const { items } = await this.bus.call(describeOrganisations, { organisationIds: lacking });
    const real = new Set(items.map(({ id }) => id));
    if (this.wrong.size > MOST_WRONG) this.wrong.clear();
    for (const orgId of lacking) {
      if (real.has(orgId)) await this.learn(orgId);
      else this.wrong.set(orgId, now + WRONG_MS);
    }
  }

  private async learn(orgId: string): Promise<void> {
    try {
      await this.writer.learn(await this.bus.call(getEntitlements, {}, { orgId }));
    } catch (error) {
      // It was deleted a moment ago; its events are rejected, and nobody else's.
      if (error instanceof ProblemError && !isOutage(error)) return;
      throw error;
    }
  }
}
