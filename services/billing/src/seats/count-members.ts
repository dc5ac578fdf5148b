import { Injectable } from '@nestjs/common';
import { countThings } from '@tidegate/contracts/billing/counted';
import { Bus } from '@tidegate/messaging/bus';
import { Log } from '@tidegate/telemetry/log';

/** How many members identity says that there are. No transaction may be open. */
@Injectable()
export class CountMembers {
  constructor(
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  /** Fails while identity does not answer. */
  async now(orgId: string): Promise<number> {
    const { seats } = await this.bus.call(countThings.identity, {}, { orgId });
    if (seats === undefined) throw new Error('Identity does not count the members.');
    return seats;
  }

  /** null: identity does not answer; what is bought is shown all the same. */
  async of(orgId: string): Promise<number | null> {
    try {
      return await this.now(orgId);
    } catch (error) {
      this.log.warn({ orgId, err: error }, 'Identity does not say how many members there are');
      return null;
    }
  }
}
