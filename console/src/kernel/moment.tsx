import { lasted, when } from './format.ts';
import { pageNow } from './page-clock.ts';
import { t } from './strings.ts';

/** An instant in the reader's zone; the exact one in UTC shows when it is pointed at. */
export function Moment({ at }: { at: string }) {
  return (
    <time dateTime={at} title={new Date(at).toISOString()}>
      {when(at)}
    </time>
  );
}

/** How long ago. */
export function Age({ at, now = pageNow() }: { at: string; now?: number }) {
  return (
    <time dateTime={at} title={new Date(at).toISOString()}>
      {t('{time} ago', { time: lasted((now - Date.parse(at)) / 1_000) })}
    </time>
  );
}
