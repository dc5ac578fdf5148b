import { Injectable } from '@nestjs/common';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import type { DeliveryError } from '@tidegate/contracts/notifier/deliveries';
import { guardedFetch } from '@tidegate/netguard/guarded-fetch';
import { hostNotResolvable } from '@tidegate/netguard/problems';
import { WebhookHosts } from '../channels/webhook-hosts.ts';
import { signWebhook } from '../messages/webhook-signature.ts';
import { NotifierConfig } from '../notifier.config.ts';
import { type Outcome, webhookOutcome } from './retry.rules.ts';

const MAX_ANSWER_BYTES = 64 * 1024;

/** One attempt to post one message, signed after Standard Webhooks. The answer's body is never stored. */
@Injectable()
export class WebhookSender {
  constructor(
    private readonly config: NotifierConfig,
    private readonly hosts: WebhookHosts,
  ) {}

  async send(hook: { deliveryId: string; url: string; body: string; secrets: readonly string[] }): Promise<Outcome> {
    const now = new Date();
    const signature = signWebhook(hook.secrets, hook.deliveryId, now, hook.body);
    try {
      const answer = await guardedFetch(hook.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'Tidegate', ...signature },
        body: hook.body,
        timeoutMs: this.config.NOTIFIER_TIMEOUT_SECONDS * 1_000,
        maxResponseBytes: MAX_ANSWER_BYTES,
        policy: this.hosts.policy,
      });
      return webhookOutcome(answer.status, answer.headers['retry-after'], now);
    } catch (error) {
      // A name that resolves to a closed address may be a mistake: the usual number of attempts, then failed.
      return { kind: 'retry', error: reasonOf(error) };
    }
  }
}

function reasonOf(error: unknown): DeliveryError {
  if (!(error instanceof ProblemError)) return 'unreachable';
  return error.code === hostNotResolvable.code ? 'host_not_resolvable' : 'host_not_allowed';
}
