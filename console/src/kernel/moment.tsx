import { lasted, when } from './format.ts';
import { pageNow } from './page-clock.ts';
import { t } from './strings.ts';

interface Props {
  at: string | number;
  /** How it is written, such as `day`. */
  as?: (at: string | number) => string;
  /** Words in which it stands, in its place. */
  children?: React.ReactNode;
}

/** An instant in the reader's zone; the exact one in UTC shows when it is pointed at. */
export function Moment({ at, as = when, children }: Props) {
  const exact = new Date(at).toISOString();
  return (
    <time dateTime={exact} title={exact}>
      {children ?? as(at)}
    </time>
  );
}

/** How long ago. */
export function Age({ at, now = pageNow() }: { at: string; now?: number }) {
  return <Moment at={at}>{t('{time} ago', { time: lasted((now - Date.parse(at)) / 1_000) })}</Moment>;
}
