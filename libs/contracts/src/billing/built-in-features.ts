import type { FeatureKind } from './features.ts';

/**
 * The features on which the platform's own code depends. A catalogue must declare each of them with this kind: a missing
 * one would silently switch a part of the product off, or leave it without a limit.
 */
export const BUILT_IN_FEATURES = {
  servers: 'counted',
  bots: 'counted',
  seats: 'counted',
  api_keys: 'counted',
  channels: 'counted',
  markets: 'counted',
  candles: 'counted',
  monitoring_retention_days: 'static',
  backtests: 'boolean',
  webhook_channels: 'boolean',
  metrics: 'level',
  index_analysis: 'boolean',
  mainnet: 'boolean',
  white_label: 'boolean',
  audit_log: 'boolean',
  pairs_per_bot: 'counted',
  api_calls: 'metered',
  notifications: 'metered',
  server_minutes: 'metered',
  bot_orders: 'metered',
  backtest_runs: 'metered',
  sweep_runs: 'metered',
} as const satisfies Readonly<Record<string, FeatureKind>>;

/**
 * What the software knows and a catalogue may leave out: without it nothing of the kind is limited. Declared, it has this
 * kind.
 */
export const OPTIONAL_FEATURES = {
  api_calls_per_minute: 'static',
} as const satisfies Readonly<Record<string, FeatureKind>>;

/** Of all that the software knows. */
export const KNOWN_KINDS: Readonly<Record<string, FeatureKind>> = { ...BUILT_IN_FEATURES, ...OPTIONAL_FEATURES };

type BuiltIns = typeof BUILT_IN_FEATURES;

/** The names of the built-in features of a kind: code cannot ask for one that a catalogue may lack. */
export type BuiltIn<Kind extends FeatureKind> = {
  [Key in keyof BuiltIns]: BuiltIns[Key] extends Kind ? Key : never;
}[keyof BuiltIns];
