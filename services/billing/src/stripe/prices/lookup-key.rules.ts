/** What a price of Stripe sells, as its lookup key says it. */
export type Sold =
  | { kind: 'plan'; product: string; plan: string; version: number; currency: string; interval: 'month' | 'year' }
  | { kind: 'setup'; product: string; plan: string; version: number; currency: string }
  | { kind: 'addon'; product: string; addon: string; version: number; currency: string; interval: 'month' | 'year' }
  | SoldUsage
  | { kind: 'package'; product: ''; package: string; currency: string };

/** What a plan charges beyond a limit. Its interval is how often it is charged. */
export interface SoldUsage {
  kind: 'usage';
  product: string;
  plan: string;
  version: number;
  currency: string;
  feature: string;
  interval: 'month' | 'year';
}

const PACKAGE = /^package\.(?<name>[a-z][a-z0-9_-]*)\.(?<currency>[a-z]{3})\.once$/;
/** Of an add-on that belongs to no product. */
const SHARED = '_';
const KEY =
  /^(?<product>[a-z][a-z0-9_-]*|_)\.(?<addon>addon\.)?(?<name>[a-z][a-z0-9_-]*)\.v(?<version>[1-9]\d{0,8})\.(?<currency>[a-z]{3})\.(?:usage\.(?<feature>[a-z][a-z0-9_-]*)\.)?(?<pays>month|year|setup)$/;

/**
 * `<product>.<plan>.v<version>.<currency>.<interval>`, of add-ons `<product>.addon.<add-on>.v…`, of what is paid once when a
 * plan begins `….setup`, and of what is charged beyond a limit `….usage.<feature>.<interval>`. A package, which has no
 * versions, is `package.<package>.<currency>.once`. No part has a point in it, so no two things have the same key.
 */
export function lookupKeyOf(sold: Sold): string {
  if (sold.kind === 'package') return `package.${sold.package}.${sold.currency.toLowerCase()}.once`;
  const { product, version, currency } = sold;
  const name = sold.kind === 'addon' ? `addon.${sold.addon}` : sold.plan;
  const usage = sold.kind === 'usage' ? `usage.${sold.feature}.` : '';
  const pays = sold.kind === 'setup' ? 'setup' : `${usage}${sold.interval}`;
  return `${product || SHARED}.${name}.v${version}.${currency.toLowerCase()}.${pays}`;
}

/** Undefined for a price that this catalogue has not made. */
export function readLookupKey(key: string): Sold | undefined {
  const { name: packed, currency: paidIn } = PACKAGE.exec(key)?.groups ?? {};
  if (packed && paidIn) return { kind: 'package', product: '', package: packed, currency: paidIn.toUpperCase() };
  const parts = KEY.exec(key)?.groups as Record<string, string> | undefined;
  if (!parts) return undefined;
  const { name = '', pays, feature, addon } = parts;
  const product = parts['product'] === SHARED ? '' : (parts['product'] as string);
  const shared = { product, version: Number(parts['version']), currency: (parts['currency'] as string).toUpperCase() };
  if (pays === 'setup') return addon || feature ? undefined : { kind: 'setup', plan: name, ...shared };
  const interval = pays as 'month' | 'year';
  if (feature) return addon ? undefined : { kind: 'usage', plan: name, feature, interval, ...shared };
  return addon
    ? { kind: 'addon', addon: name, interval, ...shared }
    : { kind: 'plan', plan: name, interval, ...shared };
}
