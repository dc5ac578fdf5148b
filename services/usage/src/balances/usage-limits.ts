import { Controller } from '@nestjs/common';
import { accessTo, addonFor, upgradeFor } from '@tidegate/contracts/billing/snapshot';
import { judge } from '@tidegate/contracts/usage/check';
import { type FeatureLimit, usageLimits } from '@tidegate/contracts/usage/limits';
import { unitsOf } from '@tidegate/contracts/usage/quantity';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { requireStanding, type Standing } from '../entitlements/standing.ts';
import { findBalances } from './balance.rows.ts';
import type { Balance } from './balance.rules.ts';
import { remainingOf, rolloverOf } from './balance.rules.ts';
import { asText, currentWindow, type MeterWindow } from './window.rules.ts';

@Controller()
export class UsageLimits {
  constructor(private readonly bus: Bus) {}

  @Handles(usageLimits)
  async handle({ tx }: OperationContext<typeof usageLimits>) {
    const standing = await requireStanding(tx, this.bus);
    const { features, orgId } = standing.snapshot;
    const keys = Object.keys(features).sort();
    const windows = keys
      .filter((key) => features[key]?.kind === 'metered')
      .map((meter) => currentWindow(standing, meter));
    const balances = await findBalances(tx, orgId, windows);
    const counted = new Map(windows.map((window, at) => [window.meter, { window, balance: balances[at] }]));
    return { items: keys.map((key) => limitOf(standing, key, counted.get(key))) };
  }
}

function limitOf(
  standing: Standing,
  feature: string,
  counted: { window: MeterWindow; balance: Balance | undefined } | undefined,
): FeatureLimit {
  const { snapshot } = standing;
  const grant = snapshot.features[feature];
  if (!grant) throw new Error('Only features of the snapshot are listed.');
  const { product, level, limit } = judge(snapshot, { feature, quantity: 0 });
  const metered = grant.kind === 'metered' ? grant : undefined;
  const balance = counted?.balance;
  return {
    feature,
    kind: grant.kind,
    product,
    included: grant.kind === 'boolean' ? grant.value : level !== 'none' && (limit !== 0 || (balance?.credits ?? 0) > 0),
    access: accessTo(snapshot, feature),
    level,
    limit,
    per: metered?.per ?? null,
    enforcement: metered?.enforcement ?? null,
    used: balance ? unitsOf(balance.used, balance.decimals) : null,
    reserved: balance ? unitsOf(balance.reserved, balance.decimals) : null,
    remaining: balance ? remainingOf(limit, balance) : null,
    credits: balance ? unitsOf(balance.credits, balance.decimals) : null,
    rollover: balance ? rolloverOf(grant, balance) : null,
    resetsAt: counted ? asText(standing, counted.window).end : null,
    upgrade: upgradeFor(snapshot, feature) ?? null,
    addon: addonFor(snapshot, feature) ?? null,
  };
}
