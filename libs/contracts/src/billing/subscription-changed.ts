import { z } from 'zod';
import { event } from '../kernel/event.ts';
import { Id } from '../kernel/types.ts';
import { PlanKey } from './catalogue.ts';
import { ProductKey } from './products.ts';

export const subscriptionChanged = event({
  service: 'billing',
  name: 'subscription.changed.v1',
  summary: 'A subscription has another plan or status, or that was ordered',
  data: z.object({
    orgId: Id,
    product: ProductKey,
    action: z.string().meta({ description: 'As in the history of the subscription: `changed`, `canceled`, `overdue`' }),
    plan: PlanKey,
    planBefore: PlanKey.optional().meta({ description: 'Absent where it stayed the same' }),
  }),
  aggregate: ({ orgId }) => orgId,
});
