import { TOPICS, type Topic } from './live-changes.ts';

interface Receiver {
  onLive: (id: string) => void;
  /** It is cut; the browser tries again. */
  onSilence: () => void;
  /** Something may have been missed. */
  onGap: (id: string) => void;
  onMessage: (topic: Topic, data: unknown, id: string) => void;
}

/** Without a sign of life for so long the stream is over: heartbeats come every 15 s. */
const SILENCE_MS = 40_000;
const CHECK_MS = 5_000;

/**
 * Until the stream ends, is silent for too long, or nobody needs it. After a short fault the browser itself connects again and says what
 * it has; a new stream says so by `last`.
 */
export function followStream(
  org: string,
  last: string | undefined,
  signal: AbortSignal,
  { onLive, onSilence, onGap, onMessage }: Receiver,
): Promise<void> {
  return new Promise((resolve) => {
    const address = new URLSearchParams({ organisation: org, ...(last ? { lastEventId: last } : {}) });
    const stream = new EventSource(`/api/v1/stream?${address}`);
    let receivedAt = Date.now();
    const end = () => {
      clearInterval(check);
      stream.close();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const check = setInterval(() => {
      if (Date.now() - receivedAt > SILENCE_MS) end();
    }, CHECK_MS);
    signal.addEventListener('abort', end);
    const on = (name: string, act: (event: MessageEvent<string>) => void) =>
      stream.addEventListener(name, (event) => {
        receivedAt = Date.now();
        act(event as MessageEvent<string>);
      });
    on('ready', ({ lastEventId }) => onLive(lastEventId));
    on('resync', ({ lastEventId }) => onGap(lastEventId));
    on('heartbeat', () => {});
    for (const topic of TOPICS) on(topic, ({ data, lastEventId }) => onMessage(topic, JSON.parse(data), lastEventId));
    for (const name of ['expired', 'revoked', 'bye']) on(name, end);
    stream.onerror = () => {
      if (stream.readyState === EventSource.CLOSED) end();
      else onSilence();
    };
  });
}
