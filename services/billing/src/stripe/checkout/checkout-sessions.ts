import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { conflict } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { clock } from '@tidegate/runtime/clock';
import type { Stripe } from 'stripe';
import { StoredCalls } from '../client/stored-calls.ts';
import { refusalOf, StripeApi } from '../client/stripe-api.ts';
import { callsLike, lastCallLike, type StripeCallRow } from '../client/stripe-call.rows.ts';

const OPERATION = 'checkout.sessions.create';
/** With less left nobody begins to pay. */
const LEAST_MS = 300_000;

export interface SessionOrder {
  orgId: string;
  product: string;
  params: Stripe.Checkout.SessionCreateParams;
}

/**
 * One open page for each choice, whoever clicks and however often: the call is stored under what was chosen and a number,
 * and the next number is used once the page before is not open any more. Pages of other choices of the same product are
 * closed, so that nobody buys it twice.
 */
@Injectable()
export class CheckoutSessions {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly calls: StoredCalls,
  ) {}

  /** `bought` is called when one of the pages before was paid after all, perhaps a moment ago. */
  async open(order: SessionOrder, bought: () => Promise<void>): Promise<Stripe.Checkout.Session> {
    const { orgId, product, params } = order;
    const choice = createHash('sha256').update(JSON.stringify(params)).digest('base64url').slice(0, 22);
    const begun = await this.begun(order);
    const isMine = ({ key }: StripeCallRow) => key.startsWith(`checkout:${product}:${choice}:`);
    const mine = begun.filter(isMine);
    const paid = await this.close(begun.filter((call) => !mine.includes(call)));
    const { number, complete } = await this.numberOf(mine[0] ?? (await this.lastLike(order, choice)));
    if (paid || complete) await bought();
    const key = `checkout:${product}:${choice}:${number}`;
    const session = await this.calls.create({
      orgId,
      key,
      operation: OPERATION,
      endpoint: 'POST /v1/checkout/sessions',
      params,
      create: (stripe, options) => stripe.checkout.sessions.create(params, options),
      fetch: (stripe, id) => stripe.checkout.sessions.retrieve(id),
    });
    // Those without an answer then may have a page by now.
    const known = new Set(begun.filter((call) => call.response_id).map((call) => call.key));
    const now = await this.begun(order);
    const later = now.slice(
      0,
      now.findIndex((call) => call.key === key),
    );
    const others = now.filter((call) => !known.has(call.key) && !isMine(call) && call.state !== 'refused');
    // Of two choices at the same moment the later one has the page: each sees the other, or is seen by it.
    const overtaken = others.some((call) => later.includes(call));
    const closing = overtaken ? now.filter((call) => call.key === key) : others;
    if (await this.close(closing)) await bought();
    if (overtaken) throw conflict({}, 'Something else of this product was chosen at the same moment. Choose again.');
    return session;
  }

  /** The newest first. */
  private begun({ orgId, product }: SessionOrder): Promise<StripeCallRow[]> {
    return callsLike(this.tenants.reader({ orgId }), `checkout:${product}:`, OPERATION);
  }

  fetch(sessionId: string): Promise<Stripe.Checkout.Session> {
    return this.api.call('GET /v1/checkout/sessions/:id', (stripe) => stripe.checkout.sessions.retrieve(sessionId));
  }

  /** The newest of this choice, however long ago: its number is taken. */
  private lastLike({ orgId, product }: SessionOrder, choice: string): Promise<StripeCallRow | undefined> {
    return lastCallLike(this.tenants.reader({ orgId }), `checkout:${product}:${choice}:`, OPERATION);
  }

  /** The number of the last one while its page is open, or was never answered; else the next. */
  private async numberOf(last: StripeCallRow | undefined): Promise<{ number: number; complete: boolean }> {
    if (!last) return { number: 0, complete: false };
    const number = Number(last.key.split(':').at(-1));
    if (!last.response_id) return { number, complete: false };
    const session = await this.fetch(last.response_id);
    const open = session.status === 'open' && session.expires_at * 1_000 - clock.now() > LEAST_MS;
    return { number: open ? number : number + 1, complete: session.status === 'complete' };
  }

  /** Answers whether one of them is paid. */
  private async close(others: readonly StripeCallRow[]): Promise<boolean> {
    let paid = false;
    for (const { response_id: id } of others) {
      if (!id) continue;
      try {
        await this.api.call('POST /v1/checkout/sessions/:id/expire', (stripe) => stripe.checkout.sessions.expire(id));
      } catch (error) {
        if (!refusalOf(error)) throw error;
        // It is not open any more.
        paid ||= (await this.fetch(id)).status === 'complete';
      }
    }
    return paid;
  }
}
