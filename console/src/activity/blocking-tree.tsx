import type { BlockingSession, ServersBlockingOutput } from '@tidegate/client';
import { lasted } from '../kernel/format.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import classes from './blocking-tree.module.css';

/** Who blocks whom: ending a root resolves the jam behind it. */
export function BlockingTree({ blocking: { blocked, roots, sessions, locks } }: { blocking: ServersBlockingOutput }) {
  if (blocked === 0) return null;
  const byPid = new Map(sessions.map((session) => [session.pid, session]));
  const lockOf = (pid: number, blocker: number) =>
    locks.find((lock) => lock.blocked === pid && lock.blocker === blocker);
  const branch = (session: BlockingSession, above: number | undefined, path: readonly number[]): React.ReactNode => {
    const lock = above === undefined ? undefined : lockOf(session.pid, above);
    return (
      <li key={session.pid}>
        <p>
          <strong>{session.pid === 0 ? t('prepared transaction') : session.pid}</strong> {session.role}{' '}
          {session.application} {session.state}{' '}
          {session.transactionSeconds === null
            ? ''
            : t('transaction for {time}', { time: lasted(session.transactionSeconds) })}{' '}
          {session.blockedBehind > 0
            ? t('{count, plural, one {# session waits} other {# sessions wait}} behind it', {
                count: session.blockedBehind,
              })
            : ''}
          {lock
            ? ` · ${t('waits for {mode} on {relation}', { mode: lock.wantedMode, relation: lock.relation ?? lock.lockType })}`
            : ''}
          {session.queueBlocker ? ` · ${t('blocks only by its place in the queue')}` : ''}
          {session.deadlock ? ` · ${t('deadlock: PostgreSQL ends one of them')}` : ''}
        </p>
        {session.text ? <pre className="sql">{session.text}</pre> : null}
        {session.blocks.length > 0 ? (
          <ul>
            {session.blocks.map((pid) => {
              const next = byPid.get(pid);
              return next && !path.includes(pid) ? branch(next, session.pid, [...path, pid]) : null;
            })}
          </ul>
        ) : null}
      </li>
    );
  };
  return (
    <section className={classes['tree']} aria-label={t('Blocked sessions')}>
      <StateMark mark="critical">
        {t('{count, plural, one {# session is} other {# sessions are}} blocked', { count: blocked })}
      </StateMark>
      <ul>
        {roots.map((pid) => {
          const root = byPid.get(pid);
          return root ? branch(root, undefined, [pid]) : null;
        })}
      </ul>
    </section>
  );
}
