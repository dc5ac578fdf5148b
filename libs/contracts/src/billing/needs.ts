import type { BuiltIn } from './built-in-features.ts';
import type { Level } from './features.ts';

/* What an operation needs of the plan, for its `needs`: only features that every catalogue has. */
export const needsFeature = (feature: BuiltIn<'boolean'>) => ({ feature });
export const needsLevel = (feature: BuiltIn<'level'>, least: Level) => ({ feature, least });
