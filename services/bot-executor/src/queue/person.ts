import type { Caller } from '@tidegate/contracts/kernel/caller';

/**
 * Who takes turns: a person, whichever of their organisations asks, and whoever made an API key with it. A service acts
 * for the organisation.
 */
export const personOf = ({ userId, orgId }: Caller): string => userId ?? orgId ?? '';
