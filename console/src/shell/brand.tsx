import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { readableAccent } from '../kernel/accent.rules.ts';
import { readOf } from '../kernel/api.ts';
import classes from './shell.module.css';

const FRESH_MS = 300_000;

/** The organisation's own name and logo, or ours; its colour becomes that of the page. */
export function Brand({ org }: { org: string }) {
  const { data } = useQuery({ ...readOf(null, 'themesGet', { organisationId: org }), staleTime: FRESH_MS });
  const accent = data?.accent;
  useEffect(() => {
    const { style } = document.documentElement;
    if (!accent) return;
    const drawn = getComputedStyle(document.documentElement);
    const grounds = ['--page', '--surface', '--raised'].map((name) => drawn.getPropertyValue(name).trim());
    style.setProperty('--accent', readableAccent(accent, grounds));
    return () => void style.removeProperty('--accent');
  }, [accent]);
  return (
    <span className={classes['brand']}>
      {data?.logo ? <img src={data.logo} alt="" className={classes['logo']} /> : null}
      {data?.name ?? 'Tidegate'}
    </span>
  );
}
