import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { announceEntitlements } from '../../entitlements/announce-entitlements.ts';
import { ProviderStates } from '../../subscriptions/apply-provider-state.ts';
import type { ProviderState } from '../../subscriptions/provider-state.rules.ts';
import { setByProvider } from './mirror.rows.ts';

/** While an organisation has one plan in all: that of the product `main`. */
export class SetByProvider extends ProviderStates {
  async apply(tx: Tx, emit: Emit, orgId: string, product: string, state: ProviderState): Promise<void> {
    if (product === 'main' && (await setByProvider(tx, state))) await announceEntitlements(tx, emit, orgId);
  }
}
