import { useEffect, useSyncExternalStore } from 'react';

/*
 * A session that ends in the middle of a form must not cost its input. What is asked while nobody is logged in any more
 * waits until the person has logged in again, in a dialog over the page, and is then asked once more, the same and with
 * the same idempotency key. Only pages with that dialog wait; everywhere else the refusal is the answer.
 */
let dialogs = 0;
let waiting: { answer: Promise<boolean>; settle: (again: boolean) => void } | undefined;
const watchers = new Set<() => void>();

function set(next: typeof waiting): void {
  waiting = next;
  for (const watcher of watchers) watcher();
}

/** True once somebody has logged in again; false where no dialog can ask, or the person leaves. */
export function loggedInAgain(): Promise<boolean> {
  if (dialogs === 0) return Promise.resolve(false);
  if (waiting) return waiting.answer;
  let settle: (again: boolean) => void = () => {};
  const answer = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  set({ answer, settle });
  return answer;
}

/** From the dialog: everything that waited goes on, or is refused. */
export function settleLogIn(again: boolean): void {
  const { settle } = waiting ?? {};
  set(undefined);
  settle?.(again);
}

/** Whether somebody has to log in again; whoever uses this shows the dialog then. */
export function useLogInNeeded(): boolean {
  useEffect(() => {
    dialogs += 1;
    return () => {
      dialogs -= 1;
    };
  }, []);
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => waiting !== undefined,
  );
}
