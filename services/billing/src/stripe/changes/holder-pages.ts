import { paymentNeedsHolder, paymentRefused } from '@tidegate/contracts/billing/payments';
import { ProblemError, problemError } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import type { Stripe } from 'stripe';
import { idOf } from '../client/id-of.rules.ts';
import { refusalOf, type StripeApi } from '../client/stripe-api.ts';

/** As Stripe says, of a request that was to charge a card at once, that its bank wants to hear its holder. */
const FOR_HOLDER: ReadonlySet<unknown> = new Set([
  'authentication_required',
  'invoice_payment_intent_requires_action',
  'payment_intent_action_required',
  'subscription_payment_intent_requires_action',
]);
export const isForHolder = (error: unknown): boolean =>
  error instanceof ProblemError && (FOR_HOLDER.has(error.data['reason']) || FOR_HOLDER.has(error.data['declineCode']));

/** How long an invoice may be paid that a pause ends with. */
const RESUMPTION_SECONDS = 23 * 3_600;

/** The pages on which whoever pays confirms a payment, because their bank asks for them. */
export class HolderPages {
  constructor(private readonly api: StripeApi) {}

  /** Of the invoice of a change that waits. */
  async ofUpdate({ latest_invoice, pending_update }: Stripe.Subscription): Promise<ProblemError> {
    return pageOf(await this.fetch(idOf(latest_invoice) ?? ''), pending_update?.expires_at ?? 0);
  }

  /** What is answered about the open invoice that a pause would end with: its page, or, where the card was declined, that. */
  async ofResumption(invoice: Stripe.Invoice): Promise<ProblemError> {
    const { data } = await this.api.call('GET /v1/invoice_payments', (stripe) =>
      stripe.invoicePayments.list({ invoice: invoice.id, limit: 10 }),
    );
    const open = data.find(({ status }) => status === 'open');
    const id = idOf(open?.payment.payment_intent);
    const intent = id
      ? await this.api.call('GET /v1/payment_intents/:id', (stripe) => stripe.paymentIntents.retrieve(id))
      : undefined;
    if (intent?.status === 'requires_action') return pageOf(invoice, invoice.created + RESUMPTION_SECONDS);
    const { code = 'card_declined', decline_code, message } = intent?.last_payment_error ?? {};
    const why = { reason: code, declineCode: decline_code ?? null };
    return problemError(paymentRefused, why, message ?? 'The card was declined. Give another one.');
  }

  /** The invoice that a pause would end with, if one waits: nothing else is invoiced in it. */
  async waiting({ latest_invoice, status, status_details }: Stripe.Subscription): Promise<Stripe.Invoice | undefined> {
    const id = idOf(latest_invoice);
    if (status !== 'paused' || !id) return undefined;
    const invoice = await this.fetch(id);
    const since = status_details?.paused?.transitioned_at ?? 0;
    return invoice.status === 'open' && invoice.created >= since ? invoice : undefined;
  }

  /** What waits is not paid any more. */
  async giveUp(id: string): Promise<void> {
    try {
      await this.api.call(
        'POST /v1/invoices/:id/void',
        (stripe, options) => stripe.invoices.voidInvoice(id, {}, options),
        { idempotencyKey: newId() },
      );
    } catch (error) {
      // It was paid a moment ago, or its time is over.
      if (!refusalOf(error)) throw error;
    }
  }

  private fetch(id: string): Promise<Stripe.Invoice> {
    return this.api.call('GET /v1/invoices/:id', (stripe) => stripe.invoices.retrieve(id));
  }
}

function pageOf({ id, hosted_invoice_url: url }: Stripe.Invoice, until: number): ProblemError {
  if (!url) throw new Error(`The invoice ${id} that waits has no page.`);
  const expiresAt = new Date(until * 1_000).toISOString();
  return problemError(paymentNeedsHolder, { url, expiresAt }, `Confirm the payment: ${url}`);
}
