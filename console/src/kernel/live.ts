import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { type Change, changeOf, isTouched } from './live-changes.ts';
import { followStream } from './live-stream.ts';
import { stayLive } from './stay-live.ts';

/*
 * One live stream per browser and organisation. The tab that holds the lock reads it and passes it on to the others; when it is
 * closed, the next one takes over, from the last message on that any tab has seen. A message says only what has changed: what is on
 * the screen of it is then read again, at most once in two seconds.
 */
export type LiveState = 'live' | 'polling' | 'connecting';

/** Between tabs: what the stream said, its state, or that a new tab asks for it. */
interface BetweenTabs {
  change?: Change;
  state?: LiveState;
  last?: string;
  asks?: true;
}

const REST_MS = 2_000;

let state: LiveState = 'connecting';
const watchers = new Set<() => void>();

function become(next: LiveState): void {
  if (state === next) return;
  state = next;
  for (const watcher of watchers) watcher();
}

const watch = (watcher: () => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

/** Whether what is shown follows by itself at once, or is asked for again every few seconds. */
export const useLiveState = (): LiveState => useSyncExternalStore(watch, () => state);

/** Follows an organisation for as long as one of its pages is open. `askAsPerson`, always the same, renews a session that is over. */
export function useLive(org: string, askAsPerson: () => Promise<unknown>): void {
  const queries = useQueryClient();
  useEffect(() => {
    const over = new AbortController();
    const channel = new BroadcastChannel(`tidegate-live-${org}`);
    const reader = new Reader(queries, org);
    let leads = false;
    let last: string | undefined;
    const receive = (announced: BetweenTabs) => {
      last = announced.last ?? last;
      if (announced.state) become(announced.state);
      if (announced.change) reader.changed(announced.change);
    };
    const announce = (announced: BetweenTabs) => {
      channel.postMessage(announced);
      receive(announced);
    };
    channel.onmessage = ({ data }: MessageEvent<BetweenTabs>) => {
      if (data.asks && leads) channel.postMessage({ state, ...(last ? { last } : {}) } satisfies BetweenTabs);
      receive(data);
    };
    const shown = () => !document.hidden && reader.catchUp();
    document.addEventListener('visibilitychange', shown);
    const follow = async () => {
      let wasLive = false;
      await followStream(org, last, over.signal, {
        onLive: (id) => {
          wasLive = true;
          announce({ state: 'live', ...(id ? { last: id } : {}) });
        },
        onSilence: () => announce({ state: 'polling' }),
        onGap: (id) => announce({ change: { topic: '*' }, ...(id ? { last: id } : {}) }),
        onMessage: (topic, data, id) => announce({ change: changeOf(topic, data), ...(id ? { last: id } : {}) }),
      });
      return wasLive;
    };
    const lead = () => {
      leads = true;
      const rest = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
      return stayLive({ follow, onEnd: () => announce({ state: 'polling' }), askAsPerson, rest }, over.signal);
    };
    channel.postMessage({ asks: true } satisfies BetweenTabs);
    navigator.locks.request(`tidegate-live-${org}`, { signal: over.signal }, lead).catch((error: unknown) => {
      if (!over.signal.aborted) throw error;
    });
    return () => {
      over.abort();
      become('connecting');
      document.removeEventListener('visibilitychange', shown);
      reader.stop();
      channel.close();
    };
  }, [org, queries, askAsPerson]);
}

/** Reads again what is on the screen and has become old, not more often than every two seconds. */
class Reader {
  private readonly queries: QueryClient;
  private readonly org: string;
  private pending: Change[] = [];
  private resting: ReturnType<typeof setTimeout> | undefined;

  constructor(queries: QueryClient, org: string) {
    this.queries = queries;
    this.org = org;
  }

  changed(change: Change): void {
    const same = (one: Change) => JSON.stringify(one) === JSON.stringify(change);
    if (change.topic === '*') this.pending = [change];
    else if (!this.pending.some(same)) this.pending.push(change);
    this.catchUp();
  }

  /** Nobody looks at a hidden tab: it reads when it is shown. */
  catchUp(): void {
    if (this.pending.length === 0 || document.hidden) return;
    this.resting ??= setTimeout(() => this.read(), REST_MS);
  }

  stop(): void {
    clearTimeout(this.resting);
  }

  private read(): void {
    this.resting = undefined;
    const changes = this.pending;
    this.pending = [];
    void this.queries.invalidateQueries({
      predicate: ({ queryKey }) => queryKey[0] === this.org && changes.some((change) => isTouched(queryKey, change)),
    });
  }
}
