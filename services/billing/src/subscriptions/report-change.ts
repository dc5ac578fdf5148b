import { actionDone } from '@tidegate/contracts/kernel/action-done';
import { changesBetween } from '@tidegate/messaging/audited-action';
import type { Emit } from '@tidegate/messaging/handler';
import type { Subscription } from '../kernel/subscription.rules.ts';

const SHOWN = ['plan', 'interval', 'status', 'provider'] as const;
type Shown = Partial<Pick<Subscription, (typeof SHOWN)[number]>>;

interface Reported {
  orgId: string;
  product: string;
  action: string;
  /** Without anybody of the operator's it was Tidegate itself: because of the time, or of what Stripe said. */
  operatorId?: string | undefined;
  isOperator?: true;
  before: Shown | undefined;
  after: Shown;
}

/** For the audit log: changes of a subscription that no operation of its organisation made. */
export async function reportChange(emit: Emit, reported: Reported): Promise<void> {
  const { orgId, product, action, operatorId, isOperator, before, after } = reported;
  await emit(
    actionDone.billing,
    {
      organisationId: orgId,
      action: `subscriptions.${action.replaceAll('_', '-')}`,
      at: new Date().toISOString(),
      actor: isOperator ? { kind: 'support', ...(operatorId ? { userId: operatorId } : {}) } : { kind: 'platform' },
      thing: { kind: 'subscription', id: product, name: product },
      changes: changesBetween(SHOWN, before ?? {}, after),
    },
    { orgId },
  );
}
