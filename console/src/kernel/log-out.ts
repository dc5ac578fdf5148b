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

/** Leaves the page once a tab has logged out; returns what ends that. */
export function leaveWithOthers(): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = () => location.assign('/log-in');
  return () => channel.close();
}
