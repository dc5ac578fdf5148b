import { changeOf } from './change.rules.ts';
import { share } from './format.ts';
import { t } from './strings.ts';

const WORTH_SAYING = 0.05;

/** A figure, and how much it differs from the period before; nothing where there is no basis. */
export function Changed({
  text,
  now,
  before,
  brief,
}: {
  text: string;
  now: number | null | undefined;
  before: number | null | undefined;
  /** In a table: only what is worth saying, in few letters; its heading says what it is compared with. */
  brief?: true;
}) {
  const change = changeOf(now, before);
  if (change === null || Math.abs(change) < (brief ? WORTH_SAYING : 0.005)) return text;
  const shown = `${change > 0 ? '▲ +' : '▼ \u2212'}${share(Math.abs(change))}`;
  return (
    <>
      {text} <small className="quiet">{brief ? shown : t('{change} than before', { change: shown })}</small>
    </>
  );
}
