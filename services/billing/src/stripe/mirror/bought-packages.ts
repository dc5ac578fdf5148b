import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Outbox } from '@tidegate/messaging/outbox';
import type { Stripe } from 'stripe';
import { packageBought } from '../../credits/give-units.ts';
import { StripeApi } from '../client/stripe-api.ts';
import { fromStripe } from '../prices/stripe-amount.rules.ts';
import { closePackageSession, openPackageSessions, type PackageSession } from './package-session.rows.ts';

/** What became of pages on which packages are bought. */
export type PackagePages = { sold: PackageSession; session: Stripe.Checkout.Session }[];

/**
 * Packages that were paid on a page of Stripe's: their units are given once, under the session's name, in the transaction
 * that stores what was fetched. A bank that takes days to pay leaves the page complete and unpaid until it has.
 */
@Injectable()
export class BoughtPackages {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly outbox: Outbox,
  ) {}

  async fetch(orgId: string): Promise<PackagePages> {
    const pages: PackagePages = [];
    for (const sold of await openPackageSessions(this.tenants.reader({ orgId }), orgId)) {
      const session = await this.api.call('GET /v1/checkout/sessions/:id', (stripe) =>
        stripe.checkout.sessions.retrieve(sold.session_id),
      );
      pages.push({ sold, session });
    }
    return pages;
  }

  async apply(tx: Tx, orgId: string, pages: PackagePages): Promise<void> {
    for (const { sold, session } of pages) {
      if (session.status === 'expired') await closePackageSession(tx, session.id, 'expired');
      if (session.status !== 'complete' || session.payment_status === 'unpaid') continue;
      const currency = (session.currency ?? '').toUpperCase();
      const pack = {
        package: sold.package,
        name: sold.name,
        feature: sold.feature,
        amount: Number(sold.amount),
        expiresDays: sold.expires_days,
      };
      await packageBought(tx, this.outbox.emitter(tx), {
        orgId,
        pack,
        quantity: sold.quantity,
        reference: `stripe:${session.id}`,
        paid: { currency, amountMinor: BigInt(fromStripe(session.amount_total ?? 0, currency)) },
        by: 'stripe',
      });
      await closePackageSession(tx, session.id, 'paid');
    }
  }
}
