import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';

/**
 * Which row of the page's list is open beside it: it stands in the address as `open`. One step back closes it, however many rows
 * were looked at meanwhile.
 */
export function useOpened() {
  const { open } = useSearch({ strict: false }) as { open?: string };
  const navigate = useNavigate();
  const router = useRouter();
  const go = (next: string | undefined, replace: boolean) =>
    void navigate({
      to: '.',
      search: ((before: object) => ({ ...before, open: next })) as never,
      replace,
      resetScroll: false,
      ...(next ? { state: (before: object) => ({ ...before, ...(replace ? {} : { opened: true }) }) as never } : {}),
    });
  return {
    opened: open,
    open: (key: string) => go(key, open !== undefined),
    close: () => {
      // What was opened here is gone back from; whoever came by a link stays.
      if ((router.history.location.state as { opened?: true }).opened) router.history.back();
      else go(undefined, true);
    },
  };
}
