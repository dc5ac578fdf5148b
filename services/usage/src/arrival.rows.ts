import type { Arrival } from '@tidegate/runtime/service';

export const arrival: Arrival = {
  // While its events' identities are written nobody closes the generation that is open: what closes it reads all of them.
  before: 'select begin_counting()',
  instead: {
    usage_identities: { generation: '(select generation from usage_identity_generations where closed_at is null)' },
    // Numbers of this installation: nobody here has counted with its periods.
    entitlement_snapshots: { period_epoch: '0' },
  },
};
