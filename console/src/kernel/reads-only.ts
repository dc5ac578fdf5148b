import { isStandingStill } from './page-clock.ts';
import { linkKey } from './shared-link.ts';

/** Whether the reader may only look, by a link or in the demo: what would be refused is not offered. */
export const readsOnly = (): boolean => linkKey() !== undefined || isStandingStill();
