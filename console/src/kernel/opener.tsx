import { useOpened } from './opened.ts';
import classes from './side-panel.module.css';

/** The button of a row that opens it beside the list. */
export function Opener({ row, label, onOpen }: { row: string; label: string; onOpen: (row: string) => void }) {
  const { opened } = useOpened();
  return (
    <button
      type="button"
      className={classes['opener']}
      aria-label={label}
      aria-expanded={opened === row}
      data-opens={row}
      onClick={() => onOpen(row)}
    >
      <span aria-hidden="true">›</span>
    </button>
  );
}
