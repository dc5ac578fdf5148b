import { Injectable } from '@nestjs/common';
import { type Restriction, standingOf } from '@tidegate/contracts/billing/restrictions';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { countChannels, restrictChannels } from './channel.rows.ts';

/**
 * When a plan allows fewer channels, nothing is sent to the newest ones; where it has no webhooks, to none of those; and
 * while it is read-only, to none at all. What was queued before is sent.
 */
@Injectable()
export class RestrictChannels {
  constructor(entitlements: Entitlements) {
    entitlements.follow((tx, snapshot) =>
      restrictChannels(tx, standingOf(snapshot, 'channels'), standingOf(snapshot, 'webhook_channels')).then(() => {}),
    );
  }
}

/** For changing a channel or sending to it on request. */
export const requireUsable = (entitlements: Entitlements, tx: Tx, restricted: Restriction | null): Promise<void> =>
  entitlements.usable(tx, restricted === 'not_included' ? 'webhook_channels' : 'channels', restricted, () =>
    countChannels(tx),
  );
