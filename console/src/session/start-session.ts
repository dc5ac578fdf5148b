import { useNavigate } from '@tanstack/react-router';
import { queryClient } from '../kernel/api.ts';

/** Whatever was read as somebody else, or as nobody, is dropped; then the page that was asked for. */
export function useStartSession(next: string | undefined) {
  const navigate = useNavigate();
  return async () => {
    queryClient.clear();
    await navigate({ href: next ?? '/', replace: true });
  };
}
