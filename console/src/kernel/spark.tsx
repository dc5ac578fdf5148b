import classes from './spark.module.css';

const HEIGHT = 20;

/** The last values of something as bars, those below zero hang down; a mark at the foot where nobody looked. */
export function Spark({ values, label }: { values: readonly (number | null)[]; label: string }) {
  const known = values.map((value) => value ?? 0);
  const [most, least] = [Math.max(0, ...known), Math.min(0, ...known)];
  const scale = (HEIGHT - 1) / (most - least || 1);
  const zero = HEIGHT - Math.round(-least * scale);
  const bars = (below: boolean) =>
    values
      .map((value, at) => {
        if (value === null || value < 0 !== below) return '';
        const length = Math.max(1, Math.round(Math.abs(value) * scale));
        return `M${at * 2 + 1} ${zero}v${below ? length : -length}`;
      })
      .join('');
  const gaps = values.map((value, at) => (value === null ? `M${at * 2 + 1} ${HEIGHT}v-2` : '')).join('');
  const width = values.length * 2;
  return (
    <svg
      className={classes['spark']}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      width={width}
      height={HEIGHT}
      role="img"
      aria-label={label}
    >
      <path className={classes['bars']} d={bars(false)} />
      {least < 0 ? <path className={classes['below']} d={bars(true)} /> : null}
      <path className={classes['gaps']} d={gaps} />
    </svg>
  );
}
