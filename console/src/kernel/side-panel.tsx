import { CloseButton, Modal } from '@mantine/core';
import { type ReactNode, useEffect, useId, useRef, useState, useSyncExternalStore } from 'react';
import { useOpened } from './opened.ts';
import { BETWEEN, ShownRows } from './shown-rows.ts';
import classes from './side-panel.module.css';
import { t } from './strings.ts';

/** From here on there is room for both; below, what opens covers the list, and on a phone it is the page. */
const BESIDE = matchMedia('(min-width: 1200px)');
const PHONE = matchMedia('(max-width: 699px)');
const useMatches = (query: MediaQueryList): boolean =>
  useSyncExternalStore(
    (changed) => {
      query.addEventListener('change', changed);
      return () => query.removeEventListener('change', changed);
    },
    () => query.matches,
  );

interface Props {
  title: string;
  /** The list: a table that `opens`. */
  children: ReactNode;
  panel: (row: string) => ReactNode;
}

/** A list, and one of its rows beside it, where the list stays as it is. */
export function WithPanel({ title, children, panel }: Props) {
  const { opened, open, close } = useOpened();
  const beside = useMatches(BESIDE);
  const phone = useMatches(PHONE);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  const [shown, setShown] = useState('');
  const before = useRef(opened);
  useEffect(() => {
    const was = before.current;
    before.current = opened;
    if (!beside || was === opened) return;
    // Whoever opens one by the keyboard reads on in it, and is back at its row when it is closed.
    if (opened) heading.current?.focus({ preventScroll: true });
    else document.querySelector<HTMLElement>(`[data-opens="${CSS.escape(was ?? '')}"]`)?.focus({ preventScroll: true });
  }, [opened, beside]);
  useEffect(() => {
    if (!opened || !beside) return;
    const onKey = (event: KeyboardEvent) => {
      const isTyping =
        event.target instanceof Element && event.target.closest('input, textarea, select, [role=dialog], [role=menu]');
      if (event.key !== 'Escape' || event.defaultPrevented || isTyping) return;
      close();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
  const list = <ShownRows value={setShown}>{children}</ShownRows>;
  if (!opened) return list;
  const rows = shown.split(BETWEEN);
  const place = rows.indexOf(opened);
  const step = (to: number, name: string, sign: string) => {
    const next = place < 0 ? undefined : rows[to];
    return (
      <button
        type="button"
        className={classes['step']}
        aria-label={name}
        disabled={next === undefined}
        onClick={() => next && open(next)}
      >
        <span aria-hidden="true">{sign}</span>
      </button>
    );
  };
  const steps = (
    <span className="row">
      {step(place - 1, t('The one before'), '↑')}
      {step(place + 1, t('The next one'), '↓')}
    </span>
  );
  if (!beside)
    return (
      <>
        {list}
        <Modal opened fullScreen={phone} size={720} onClose={close} title={title} transitionProps={{ duration: 0 }}>
          {steps}
          {panel(opened)}
        </Modal>
      </>
    );
  return (
    <div className={classes['both']}>
      <div className={classes['list']}>{list}</div>
      <aside className={classes['panel']} aria-labelledby={id}>
        <header className={classes['head']}>
          <h2 id={id} ref={heading} tabIndex={-1}>
            {title}
          </h2>
          {steps}
          <CloseButton aria-label={t('Close')} onClick={close} />
        </header>
        {panel(opened)}
      </aside>
    </div>
  );
}
