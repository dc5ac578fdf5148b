import type { Server } from '@tidegate/client';
import { type Mark, StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

const MARKS: Record<Server['state'], Mark> = {
  ok: 'ok',
  pending: 'pending',
  paused: 'paused',
  unreachable: 'unreachable',
};
export const WORDS: Record<Server['state'], string> = {
  ok: 'Watched',
  pending: 'Not seen yet',
  paused: 'Paused',
  unreachable: 'Unreachable',
};

export function ServerState({ server: { state, missing } }: { server: Pick<Server, 'state' | 'missing'> }) {
  if (state === 'ok' && missing.length > 0) {
    const worst = missing.some(({ severity }) => severity === 'error') ? 'critical' : 'warning';
    return (
      <StateMark mark={worst}>
        {t('{count, plural, one {# thing is} other {# things are}} missing', { count: missing.length })}
      </StateMark>
    );
  }
  return <StateMark mark={MARKS[state]}>{t(WORDS[state])}</StateMark>;
}
