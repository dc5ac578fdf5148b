import classes from './spark.module.css';

/** The last values of something as bars; a mark at the foot where nobody looked. */
export function Spark({ values, label }: { values: readonly (number | null)[]; label: string }) {
  const most = Math.max(0, ...values.map((value) => value ?? 0)) || 1;
  const bars = values
    .map((value, at) => (value === null ? '' : `M${at * 2 + 1} 20v-${Math.max(1, Math.round((value / most) * 19))}`))
    .join('');
  const gaps = values.map((value, at) => (value === null ? `M${at * 2 + 1} 20v-2` : '')).join('');
  const width = values.length * 2;
  return (
    <svg
      className={classes['spark']}
      viewBox={`0 0 ${width} 20`}
      width={width}
      height="20"
      role="img"
      aria-label={label}
    >
      <path className={classes['bars']} d={bars} />
      <path className={classes['gaps']} d={gaps} />
    </svg>
  );
}
