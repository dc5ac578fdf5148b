import { type Mark, StateMark } from '../kernel/state-mark.tsx';
import classes from './show-overview.module.css';

/** One thing that needs somebody: a link to where it can be mended, and what it is. */
export function Sentence({ mark, link, children }: { mark: Mark; link: React.ReactNode; children: React.ReactNode }) {
  return (
    <p className={classes['sentence']}>
      <StateMark mark={mark}>{link}</StateMark>
      <span>{children}</span>
    </p>
  );
}
