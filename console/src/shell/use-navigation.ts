import { useMemo } from 'react';
import { useConfinedTo } from '../kernel/brand.tsx';
import { useScopes } from '../kernel/own-role.ts';
import { shownTo } from './navigation.ts';

/** What this person has here: one answer for the bar, the palette, the keys and their list. */
export function useNavigation() {
  const scopes = useScopes();
  const confined = useConfinedTo() !== undefined;
  return useMemo(() => shownTo(scopes, { confined }), [scopes, confined]);
}
