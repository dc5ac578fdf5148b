import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';

/*
 * One live stream per browser and organisation. The tab that holds the lock reads it and passes it on to the others; when it is
 * closed, the next one takes over. A message says only that something of a service has changed: what is on the screen
 * is then read again, at most once in two seconds.
 */
export type LiveState = 'live' | 'polling' | 'connecting';

/** The service whose answers a topic makes old. */
const SERVICES: Record<string, string> = {
  servers: 'monitor-agent',
  bots: 'bot-executor',
  backtests: 'bot-executor',
  sweeps: 'bot-executor',
  usage: 'usage',
  billing: 'billing',
};
const REST_MS = 2_000;
/** Without a sign of life for so long the stream is over: heartbeats come every 15 s. */
const SILENCE_MS = 40_000;
const AGAIN_MS = 3_000;

let state: LiveState = 'connecting';
const watchers = new Set<() => void>();

function become(next: LiveState): void {
  if (state === next) return;
  state = next;
  for (const watcher of watchers) watcher();
}

/** Whether what is shown follows by itself at once, or is asked for again every ten seconds. */
export const useLiveState = (): LiveState =>
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => state,
  );

/** Follows an organisation for as long as one of its pages is open. */
export function useLive(org: string): void {
  const queries = useQueryClient();
  useEffect(() => {
    const over = new AbortController();
    const channel = new BroadcastChannel(`tidegate-live-${org}`);
    const pending = new Set<string>();
    let resting: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      resting = undefined;
      const services = new Set(pending);
      pending.clear();
      const all = services.has('*');
      void queries.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] === org && (all || services.has(String(queryKey[1]))),
      });
    };
    const changed = (topic: string) => {
      pending.add(topic === '*' ? '*' : (SERVICES[topic] ?? '*'));
      // Nobody looks at a hidden tab: it reads again when it is shown, because queries do so by themselves.
      if (!document.hidden) resting ??= setTimeout(refresh, REST_MS);
    };
    channel.onmessage = ({ data }: MessageEvent<{ topic?: string; state?: LiveState }>) => {
      if (data.state) become(data.state);
      if (data.topic) changed(data.topic);
    };
    const announce = (message: { topic?: string; state?: LiveState }) => {
      channel.postMessage(message);
      if (message.state) become(message.state);
      if (message.topic) changed(message.topic);
    };
    const lead = async () => {
      while (!over.signal.aborted) {
        await follow(org, announce, over.signal);
        if (over.signal.aborted) return;
        announce({ state: 'polling' });
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    };
    navigator.locks.request(`tidegate-live-${org}`, { signal: over.signal }, lead).catch((error: unknown) => {
      if (!over.signal.aborted) throw error;
    });
    return () => {
      over.abort();
      clearTimeout(resting);
      channel.close();
    };
  }, [org, queries]);
}

/** Until the stream breaks, is silent for too long, or nobody needs it. The browser itself reconnects after short faults. */
function follow(
  org: string,
  announce: (message: { topic?: string; state?: LiveState }) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const stream = new EventSource(`/api/v1/stream?organisation=${encodeURIComponent(org)}`);
    let receivedAt = Date.now();
    const end = () => {
      clearInterval(watch);
      stream.close();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const watch = setInterval(() => {
      if (Date.now() - receivedAt > SILENCE_MS) end();
    }, 5_000);
    signal.addEventListener('abort', end);
    const on = (name: string, act: () => void) =>
      stream.addEventListener(name, () => {
        receivedAt = Date.now();
        act();
      });
    on('ready', () => announce({ state: 'live' }));
    // Something may have been missed: all that is shown is read again.
    on('resync', () => announce({ topic: '*' }));
    on('heartbeat', () => {});
    for (const topic of Object.keys(SERVICES)) on(topic, () => announce({ topic }));
    for (const name of ['expired', 'revoked', 'bye']) on(name, end);
    stream.onerror = () => {
      if (stream.readyState === EventSource.CLOSED) end();
    };
  });
}
