import { z } from 'zod';
import { BUILT_IN_FEATURES, type BuiltIn } from './built-in-features.ts';
import type { Entitlements } from './entitlements.ts';
import { accessTo } from './snapshot.ts';

/** Why something that exists can only be read, switched off and deleted. */
export const Restriction = z.enum(['over_limit', 'not_included', 'read_only']).meta({
  id: 'Restriction',
  description:
    'over_limit: the plan allows fewer, and this is one of the newest; not_included: the plan has none; read_only: a ' +
    'payment is overdue, or the subscription is paused',
});
export type Restriction = z.infer<typeof Restriction>;

/** A field of whatever can be over a limit. */
export const restricted = Restriction.nullable().meta({
  description: 'Why it can only be read, switched off and deleted at present; null: it is in full use',
});

/** Of the things of a counted feature, oldest first, `keep` are in full use (null: all), unless `all` are restricted. */
export interface Standing {
  keep: number | null;
  all: Restriction | null;
}

/** What a feature that counts things, or allows them at all, means for those that exist. */
export function standingOf(
  snapshot: Pick<Entitlements, 'features' | 'plans'>,
  feature: BuiltIn<'boolean' | 'counted'>,
): Standing {
  if (accessTo(snapshot, feature) === 'read_only') return { keep: null, all: 'read_only' };
  const grant = snapshot.features[feature];
  if (grant?.kind === BUILT_IN_FEATURES[feature]) {
    if (grant.kind === 'counted') return { keep: grant.limit, all: null };
    if (grant.kind === 'boolean' && grant.value) return { keep: null, all: null };
  }
  return { keep: null, all: 'not_included' };
}
