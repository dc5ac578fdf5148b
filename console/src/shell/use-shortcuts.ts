import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { Item } from './navigation.ts';

/** How long the second key of two may take. */
const SECOND_MS = 1_500;

export type Opens = 'palette' | 'help';

/**
 * Keys of the frame. Alone they mean something only where nobody writes; with Ctrl or Cmd everywhere. `g` and a letter go to a page, as
 * `NAVIGATION` says, where this person has it.
 */
export function useShortcuts(
  org: string,
  groups: readonly { items: readonly Item[] }[],
  open: (what: Opens) => void,
): void {
  const navigate = useNavigate();
  const opens = useRef(open);
  opens.current = open;
  useEffect(() => {
    const pages = groups.flatMap(({ items }) => items);
    let goes = 0;
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        opens.current('palette');
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target) || inDialog()) return;
      const goesNow = Date.now() - goes < SECOND_MS;
      goes = 0;
      const to = goesNow ? pages.find(({ key }) => key === event.key)?.to : undefined;
      if (to) void navigate({ to, params: { org } as never });
      else if (event.key === 'g') goes = Date.now();
      else if (event.key === '?') opens.current('help');
      else if (event.key === '/') document.querySelector<HTMLElement>('main input[type=search]')?.focus();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [org, groups, navigate]);
}

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));

/** A dialog has its own keys. */
const inDialog = (): boolean => document.querySelector('[role=dialog]') !== null;
