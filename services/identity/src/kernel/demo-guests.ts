import { Inject, Injectable } from '@nestjs/common';
import type { Tx } from '@tidegate/database/tx';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import { IdentityConfig } from '../identity.config.ts';
import { demoId, filledDemo, type Membership } from './member.rows.ts';

/**
 * Whether everybody of the installation may look at the demo, once there is something in it. Who does is not a member: there
 * is no row of them, so they are in no list, take no seat, and cannot act there by default. What they may do is fixed by
 * `GUEST_SCOPES`, and the demo itself refuses every change.
 */
@Injectable()
export class DemoGuests {
  private readonly isOpen: boolean;

  constructor(config: IdentityConfig, @Inject(SETTINGS) settings: Settings) {
    this.isOpen = config.DEMO_FOR_EVERYBODY ?? !settings.production;
  }

  /** The demo, as somebody sees it who is no member of it. */
  async shown(tx: Tx): Promise<Membership | undefined> {
    const orgId = this.isOpen ? await demoId(tx) : undefined;
    return orgId ? filledDemo(tx.as({ orgId })) : undefined;
  }

  /** Whether the organisation of this transaction is it. */
  async isOpenHere(tx: Pick<Tx, 'one' | 'orgId'>): Promise<boolean> {
    return this.isOpen && (await filledDemo(tx)) !== undefined;
  }
}
