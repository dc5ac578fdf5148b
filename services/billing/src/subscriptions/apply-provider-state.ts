import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import type { ProviderState } from './provider-state.rules.ts';

export type { ProviderState } from './provider-state.rules.ts';

/**
 * Makes the subscription what its provider says, in the caller's transaction: inject it and call
 * `states.apply(tx, emit, orgId, product, state)`. `tx` runs as that organisation. It is safe to repeat; older states and
 * states of subscriptions that are over change nothing. The entitlements that follow are emitted with it.
 */
export abstract class ProviderStates {
  abstract apply(tx: Tx, emit: Emit, orgId: string, product: string, state: ProviderState): Promise<void>;
}
