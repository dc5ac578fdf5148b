import type {
  Addon,
  AddonFeature,
  MeterDefinition,
  Package,
  Plan,
  Product,
} from '@tidegate/contracts/billing/catalogue';
import type { FeatureKind, QuotaWindow } from '@tidegate/contracts/billing/features';
import type { OneOffPrice } from '@tidegate/contracts/billing/prices';

/* What a catalogue means, as plain JSON. It is stored as it is. */

export type ProductDefinition = Product;
export type PlanDefinition = Omit<Plan, 'version'>;
export type AddonDefinition = Omit<Addon, 'version'>;
export type PackageDefinition = Package;
export type VersionedPlan = Plan;
export type VersionedAddon = Addon;

export interface FeatureDefinition {
  key: string;
  /** null: shared by all products. */
  product: string | null;
  kind: FeatureKind;
  name: string;
  unit: string;
  description: string;
  /** Of metered features; null for the others. */
  per: QuotaWindow | null;
  meter: MeterDefinition | null;
  /** Sold, and not there yet; absent: it is there. */
  coming?: true;
  /** What a unit costs the operator, as decimals by currency. Nobody else is shown it. Absent in catalogues from before it. */
  cost?: Record<string, string>;
}

export interface CouponDefinition {
  coupon: string;
  name: string;
  /** At least one of the two is null; both where it gives something. */
  percent: string | null;
  amounts: OneOffPrice[] | null;
  /** Absent: it takes something off. */
  gives?: Readonly<Record<string, AddonFeature>> | undefined;
  duration: 'once' | 'forever' | { months: number };
  /** What customers enter; they are compared without regard to case. */
  codes: string[];
  /** null: for every plan. */
  plans: { product: string; plan: string }[] | null;
  /** How many organisations may use it; null: any number. */
  max: number | null;
}

export interface Catalogue {
  currency: string;
  products: ProductDefinition[];
  features: FeatureDefinition[];
  /** By product in the order of the file, within each the cheapest first. */
  plans: PlanDefinition[];
  addons: AddonDefinition[];
  packages: PackageDefinition[];
  coupons: CouponDefinition[];
  /** Absent: the first of each. */
  policies?: Policies;
}

export interface Policies {
  /** What a payment that the bank took back for good makes of what was paid for. */
  lostDispute?: 'read_only' | 'nothing' | undefined;
  /** What becomes of a trial that begins with a card that has tried the product before. */
  triedCard?: 'refuse' | 'end' | 'allow' | undefined;
}

/** A catalogue whose plans and add-ons have their versions. */
export interface VersionedCatalogue extends Omit<Catalogue, 'plans' | 'addons'> {
  plans: VersionedPlan[];
  addons: VersionedAddon[];
}
