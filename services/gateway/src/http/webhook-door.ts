import { paymentsNotConfigured } from '@tidegate/contracts/billing/payments';
import { webhookSignatureInvalid } from '@tidegate/contracts/billing/webhook';
import { readSignature } from '@tidegate/contracts/billing/webhook-signature';
import { type ProblemError, problemError, rateLimited, unavailable } from '@tidegate/contracts/kernel/problem';

/** Bodies that are received and judged at a time: from one network, from one that sent many that were not signed, in all. */
const MOST_OF_ONE = 16;
const MOST_OF_DOUBTFUL = 1;
const MOST = 64;
/** So long nothing is asked of a billing that has said that it takes no webhooks. */
const OFF_MS = 10_000;

/**
 * Who sends a webhook has proved nothing before its body is judged, which costs memory here and work in billing. So it is
 * looked at before: whether billing takes any, whether the header can be a signature that is made now, and how many are
 * under way. Whoever has no room is told to come back, which Stripe does; nothing waits here.
 */
export class WebhookDoor {
  private readonly underWay = new Map<string, number>();
  private inAll = 0;
  private offUntil = 0;

  constructor(private readonly now: () => number = Date.now) {}

  /** Answers how to leave. Throws for what shall not come in. */
  enter(network: string, signature: unknown, doubtful: boolean): () => void {
    if (this.offUntil > this.now()) throw problemError(paymentsNotConfigured, {}, 'No webhooks are taken here.');
    if (typeof signature !== 'string' || !readSignature(signature, this.now()))
      throw problemError(webhookSignatureInvalid, {}, 'There is no Stripe-Signature of about now.');
    const mine = this.underWay.get(network) ?? 0;
    if (mine >= (doubtful ? MOST_OF_DOUBTFUL : MOST_OF_ONE))
      throw rateLimited({ retryAfterSeconds: 5 }, 'Others from this network are being judged. Send it again.');
    if (this.inAll >= MOST) throw unavailable({ retryAfterSeconds: 5 }, 'Others are being judged. Send it again.');
    this.underWay.set(network, mine + 1);
    this.inAll += 1;
    return () => this.leave(network);
  }

  /** What billing has answered: for a moment nobody else needs to ask. */
  refused({ code }: ProblemError): void {
    if (code === paymentsNotConfigured.code) this.offUntil = this.now() + OFF_MS;
  }

  private leave(network: string): void {
    this.inAll -= 1;
    const left = (this.underWay.get(network) ?? 1) - 1;
    if (left > 0) this.underWay.set(network, left);
    else this.underWay.delete(network);
  }
}
