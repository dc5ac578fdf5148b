import { Controller } from '@nestjs/common';
import { paymentsNotConfigured } from '@tidegate/contracts/billing/payments';
import { receiveWebhook, webhookMalformed, webhookSignatureInvalid } from '@tidegate/contracts/billing/webhook';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Log } from '@tidegate/telemetry/log';
import { StripeApi } from '../client/stripe-api.ts';
import { readEvent } from './read-event.rules.ts';
import { isSigned } from './signature.rules.ts';
import { StoreEvents } from './store-events.ts';

/** Stripe judges usage after it has answered. The daily comparison reports again what is missing. */
const UNCOUNTED = /billing\.meter\.(error_report_triggered|no_meter_found)$/;

/** Judges the bytes as they came, stores what they say has changed, and answers when that is committed. */
@Controller()
export class ReceiveWebhook {
  constructor(
    private readonly api: StripeApi,
    private readonly events: StoreEvents,
    private readonly log: Log,
  ) {}

  @Handles(receiveWebhook)
  async handle({ input, refuse }: OperationContext<typeof receiveWebhook>) {
    const { webhookSecrets, livemode } = this.api.require(refuse);
    if (webhookSecrets.length === 0) {
      throw refuse(paymentsNotConfigured, {}, 'Its operator sets STRIPE_WEBHOOK_SECRET to take webhooks.');
    }
    const body = Buffer.from(input.body, 'base64');
    if (!isSigned(body, input.signature, webhookSecrets, Date.now())) throw refuse(webhookSignatureInvalid);
    const event = readEvent(body.toString('utf8'), livemode);
    if (!event) throw refuse(webhookMalformed, {}, 'It is signed, and neither an event nor a notification of one.');
    await this.events.store(event);
    if (UNCOUNTED.test(event.type))
      this.log.error({ event: event.id, type: event.type }, 'Stripe could not count usage');
    return { received: true as const };
  }
}
