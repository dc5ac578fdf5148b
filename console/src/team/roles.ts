import type { Role } from '@tidegate/client';
import { t } from '../kernel/strings.ts';

/** What a role may do, in a word or two. */
const WORDS: Record<Role, string> = {
  viewer: 'viewer: reads',
  editor: 'editor: changes servers, bots, channels',
  admin: 'admin: also members, keys, billing',
  owner: 'owner: also appoints owners',
};

export const roleChoices = (roles: readonly Role[]) => roles.map((value) => ({ value, label: t(WORDS[value]) }));
