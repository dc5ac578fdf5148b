import classes from './state-mark.module.css';

export type Mark = 'ok' | 'warning' | 'critical' | 'info' | 'pending' | 'paused' | 'unreachable' | 'stale';

/** Shapes differ, so that nothing is told by colour alone; the word stands beside. */
const SHAPES: Record<Mark, React.ReactNode> = {
  ok: (
    <path d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1m3.3 5.2-4 5a.8.8 0 0 1-1.2 0L4.6 9.6a.8.8 0 1 1 1.2-1l.9.9 3.4-4.3a.8.8 0 1 1 1.2 1" />
  ),
  warning: <path d="M8 1.2 15.4 14H.6zM7.2 6v4h1.6V6zm0 5v1.6h1.6V11z" fillRule="evenodd" />,
  critical: (
    <path
      d="M5 1h6l4 4v6l-4 4H5l-4-4V5zm.9 3.8L4.8 5.9 6.9 8l-2.1 2.1 1.1 1.1L8 9.1l2.1 2.1 1.1-1.1L9.1 8l2.1-2.1-1.1-1.1L8 6.9z"
      fillRule="evenodd"
    />
  ),
  info: <path d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1m-.8 3h1.6v1.6H7.2zm0 3h1.6v5H7.2z" fillRule="evenodd" />,
  pending: (
    <path d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1m0 1.6a5.4 5.4 0 1 1 0 10.8A5.4 5.4 0 0 1 8 2.6M7.2 4v4.4l3 1.8.8-1.3-2.2-1.3V4z" />
  ),
  paused: <path d="M3 2h4v12H3zm6 0h4v12H9z" />,
  unreachable: <path d="M1 7h4v2H1zm10 0h4v2h-4zM6 4l1.5-1 2.5 9-1.5 1z" />,
  stale: <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="2" strokeDasharray="3 2" />,
};

export function StateMark({ mark, children }: { mark: Mark; children: React.ReactNode }) {
  return (
    <span className={classes['mark']} data-mark={mark}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" fill="currentColor">
        {SHAPES[mark]}
      </svg>
      <span>{children}</span>
    </span>
  );
}
