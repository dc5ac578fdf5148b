import { changeOf } from './change.rules.ts';
import { share } from './format.ts';
import { t } from './strings.ts';

/** A figure, and how much it differs from the period before; nothing where there is no basis. */
export function Changed({
  text,
  now,
  before,
}: {
  text: string;
  now: number | null | undefined;
  before: number | null | undefined;
}) {
  const change = changeOf(now, before);
  if (change === null || Math.abs(change) < 0.005) return text;
  return (
    <>
      {text}{' '}
      <small className="quiet">
        {t('{change} than before', { change: `${change > 0 ? '▲ +' : '▼ \u2212'}${share(Math.abs(change))}` })}
      </small>
    </>
  );
}
