import { useMutation } from '@tanstack/react-query';
import { isProblem } from '@tidegate/client';
import { client } from './api.ts';

/*
 * Log-out in one tab ends all of them: what another tab shows is this person's, and its next request would fail.
 */
const CHANNEL = 'tidegate-session';

/** Says so to the other tabs. */
function notifyTabs(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage('ended');
  channel.close();
}

/** Leaves every tab. A new document: nothing of this person stays in memory. */
export function leave(): void {
  notifyTabs();
  location.assign('/log-in');
}

/** Not as other changes: nothing of the page is read again, because there is nobody to read it any more. */
export const useLogOut = (onFailed?: () => void) =>
  useMutation({
    mutationFn: () => client.sessionsLogout(),
    onSuccess: leave,
    onError: (error) => {
      onFailed?.();
      // An answer that was lost has taken the cookies, so that the next one finds nobody: this browser is out.
      if (isProblem(error) && error.code === 'unauthenticated') leave();
    },
  });

/** Leaves the page once a tab has logged out; returns what ends that. */
export function leaveWithOthers(): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = () => location.assign('/log-in');
  return () => channel.close();
}
