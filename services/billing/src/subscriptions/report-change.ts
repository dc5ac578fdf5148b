import { subscriptionChanged } from '@tidegate/contracts/billing/subscription-changed';
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
  await emitChanged(emit, reported);
}

/** For the feed of the organisation, whoever changed it. A move of plans that lies ahead is no change of theirs yet. */
export async function emitChanged(
  emit: Emit,
  { orgId, product, action, before, after }: Pick<Reported, 'orgId' | 'product' | 'action' | 'before' | 'after'>,
): Promise<void> {
  const { plan } = after;
  const planBefore = before?.plan !== plan ? before?.plan : undefined;
  if (!plan || action === 'move_ordered') return;
  if (action === 'synced' && !planBefore && before?.status === after.status) return;
  const data = { orgId, product, action, plan, ...(planBefore && { planBefore }) };
  await emit(subscriptionChanged, data, { orgId });
}
