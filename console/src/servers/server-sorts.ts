/** What the list of servers can be ordered by, as its operation says. */
export const SERVER_SORTS = [
  'name',
  'worst',
  'active',
  'commits',
  'meanMs',
  'cacheHit',
  'oldestTransaction',
  'lastCollected',
] as const;
export const STATES = ['ok', 'unreachable', 'pending', 'paused'] as const;
