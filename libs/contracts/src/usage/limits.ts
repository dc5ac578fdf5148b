import { z } from 'zod';
import { Access, Upgrade } from '../billing/entitlements.ts';
import { Enforcement, FeatureKey, Level, Limit, QuotaWindow } from '../billing/features.ts';
import { operation } from '../kernel/operation.ts';
import { Timestamp } from '../kernel/types.ts';
import { UpgradeAddon } from '../kernel/upgrade-addon.ts';
import { Figure } from './quantity.ts';
import { RolledOver } from './rollover.ts';

const onlyMetered = 'Of metered features; null for others';

export const FeatureLimit = z
  .object({
    feature: FeatureKey,
    kind: z.enum(['counted', 'metered', 'static', 'boolean', 'level']),
    product: z.string().nullable().meta({ description: 'null: shared by all products' }),
    included: z.boolean().meta({
      description: 'false: the plan says no, level none, or a limit of 0 without prepaid credits',
    }),
    access: Access,
    level: Level.nullable().meta({ description: 'Of features with levels; null for others' }),
    limit: Limit.meta({ description: 'null: unlimited, or a feature without numbers' }),
    per: QuotaWindow.nullable().meta({ description: onlyMetered }),
    enforcement: Enforcement.nullable().meta({ description: onlyMetered }),
    used: Figure.nullable().meta({ description: `${onlyMetered}: their services count them` }),
    reserved: Figure.min(0)
      .nullable()
      .meta({ description: `Lent or held. ${onlyMetered}` }),
    remaining: Figure.min(0)
      .nullable()
      .meta({ description: `With prepaid credits. ${onlyMetered}, and for unlimited ones` }),
    credits: Figure.min(0)
      .nullable()
      .meta({ description: `Prepaid units that are left. ${onlyMetered}` }),
    rollover: RolledOver.nullable().meta({
      description: 'What was left of earlier windows; null: the plan carries nothing of it',
    }),
    resetsAt: Timestamp.nullable().meta({ description: `${onlyMetered}, and where nothing is ever reset` }),
    upgrade: Upgrade.nullable().meta({ description: 'The cheapest plan on offer that gives more' }),
    addon: UpgradeAddon.nullable().meta({ description: 'The cheapest add-on on offer that gives more' }),
  })
  .meta({ id: 'FeatureLimit' });
export type FeatureLimit = z.infer<typeof FeatureLimit>;

export const usageLimits = operation({
  service: 'usage',
  name: 'usage.limits',
  http: ['GET', '/api/v1/usage/limits'],
  scope: 'usage:read',
  summary: 'Every feature of the organisation with its limit, and what is left of the metered ones',
  input: z.strictObject({}),
  output: z.object({ items: z.array(FeatureLimit) }),
});
