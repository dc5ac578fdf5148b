import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Entitlements } from './entitlements.ts';
import { FollowEntitlements } from './follow-entitlements.ts';
import { NeededFeatures } from './needed-features.ts';

@Module({
  controllers: [FollowEntitlements],
  providers: [Entitlements, { provide: APP_GUARD, useClass: NeededFeatures }],
  exports: [Entitlements],
})
export class EntitlementsModule {}

/** The table that the module needs; first in the `migrations` of a service that imports it. */
export const ENTITLEMENTS_MIGRATIONS = new URL('../migrations', import.meta.url);
