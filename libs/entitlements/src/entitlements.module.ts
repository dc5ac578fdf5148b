import { Module } from '@nestjs/common';
import { Entitlements } from './entitlements.ts';
import { FollowEntitlements } from './follow-entitlements.ts';

@Module({ controllers: [FollowEntitlements], providers: [Entitlements], exports: [Entitlements] })
export class EntitlementsModule {}

/** The table that the module needs; first in the `migrations` of a service that imports it. */
export const ENTITLEMENTS_MIGRATIONS = new URL('../migrations', import.meta.url);
