/* Generated from deploy/releases.json: npm run generate */
import type { Release } from '@tidegate/database/releases';

export const RELEASES: readonly Release[] = [
  { version: '0.1.0', commit: 'c4c56962db444f43fc81cdf0400bf76c5f8ea5e2' },
  { version: '0.2.0' },
];
