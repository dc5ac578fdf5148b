import type { RejectionCode } from '@tidegate/contracts/usage/usage';

/** Usage that arrived before its meter or its organisation was known is parked, and counted once both are. */
export const PARKED: readonly RejectionCode[] = ['unknown_meter', 'unknown_organisation'];

/** The loop that counts parked usage: woken by whatever makes organisations and meters known. */
export const REPLAY_PARKED = 'replay-parked-usage';
