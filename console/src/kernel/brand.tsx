import { VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { readableAccent } from './accent.rules.ts';
import { readOf } from './api.ts';
import classes from './brand.module.css';
import { meOf } from './routes.ts';
import { t } from './strings.ts';

const FRESH_MS = 300_000;

/** What this installation is, and, under an organisation's own domain, of whom. */
export const useInstallation = (enabled = true) =>
  useQuery({ ...readOf(null, 'installationGet', {}), staleTime: FRESH_MS, enabled }).data;

/** Its name and whose domain this is: said with who somebody is, and asked for by itself where nobody is logged in. */
function useAround(): { name: string; confinedTo: string | undefined } | undefined {
  const me = useQuery({ ...meOf(), enabled: false }).data;
  // Not there while a gateway is newer than what it asks.
  const known = me?.installation;
  const asked = useInstallation(known === undefined);
  if (known) return { name: known.name, confinedTo: known.confined ? (me?.organisationId ?? undefined) : undefined };
  return asked && { name: asked.name, confinedTo: asked.organisationId ?? undefined };
}

/** The organisation whose domain this is: here are its pages and no others. */
export const useConfinedTo = (): string | undefined => useAround()?.confinedTo;

/*
 * The name that stands in titles. The newest brand on the page says it.
 */
let named = '';
const watchers = new Set<() => void>();

function setName(name: string): void {
  named = name;
  for (const watcher of watchers) watcher();
}

/** The title of the window: of the page, and of whose it is. */
export function useTitle(title: string): void {
  const name = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => named,
  );
  useEffect(() => {
    document.title = name ? `${title} · ${name}` : title;
  }, [title, name]);
}

/** The organisation's own name and logo, or the operator's name; the organisation's colour becomes that of the page. */
export function Brand({ org }: { org?: string | undefined }) {
  const around = useAround();
  const organisationId = org ?? around?.confinedTo ?? '';
  const read = readOf(null, 'themesGet', { organisationId });
  const theme = useQuery({ ...read, staleTime: FRESH_MS, enabled: organisationId !== '' });
  const own = organisationId ? theme.data : undefined;
  // Not the operator's for a moment, and then the organisation's.
  const isKnown = organisationId ? !theme.isPending : around !== undefined;
  const name = isKnown ? (own?.name ?? around?.name ?? '') : '';
  const accent = own?.accent;
  useEffect(() => setName(name), [name]);
  useEffect(() => {
    const { style } = document.documentElement;
    if (!accent) return;
    const drawn = getComputedStyle(document.documentElement);
    const grounds = ['--page', '--surface', '--raised'].map((token) => drawn.getPropertyValue(token).trim());
    style.setProperty('--accent', readableAccent(accent, grounds));
    return () => void style.removeProperty('--accent');
  }, [accent]);
  return (
    <span className={classes['brand']}>
      {own?.logo ? <img src={own.logo} alt="" className={classes['logo']} /> : null}
      {/* A link is never without a name, also while it is asked for. */}
      {name || <VisuallyHidden>{t('Overview')}</VisuallyHidden>}
    </span>
  );
}
