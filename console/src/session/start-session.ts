import { useNavigate } from '@tanstack/react-router';
import { queryClient } from '../kernel/api.ts';
import { adoptChoices } from '../kernel/own-choices.ts';
import { meOf } from '../kernel/routes.ts';

/** Whatever was read as somebody else, or as nobody, is dropped; then the page that was asked for, as this person likes it. */
export function useStartSession(next: string | undefined) {
  const navigate = useNavigate();
  return async () => {
    queryClient.clear();
    const { user } = await queryClient.fetchQuery(meOf());
    // Language, zone and theme are chosen before the page is drawn.
    if (adoptChoices(user)) location.assign(next ?? '/');
    else await navigate({ href: next ?? '/', replace: true });
  };
}
