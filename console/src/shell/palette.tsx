import { Modal, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { readOf } from '../kernel/api.ts';
import { chooseUtc, isUtc } from '../kernel/format.ts';
import { useScopes } from '../kernel/own-role.ts';
import { meOf, placesOf } from '../kernel/routes.ts';
import { t } from '../kernel/strings.ts';
import { chooseTheme, isDark } from '../kernel/theme.ts';
import { type Entry, found } from './found.rules.ts';
import classes from './shell.module.css';
import { useNavigation } from './use-navigation.ts';

/** Go to anything by its name, or do something. Loaded with its first use. */
export function Palette({ org, onClose, onHelp }: { org: string; onClose: () => void; onHelp: () => void }) {
  const [asked, setAsked] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const { all, searching } = useEntries(org, onHelp, asked);
  const entries = found(all, asked);
  const chosen = Math.min(at, entries.length - 1);
  const act = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.act();
  };
  const pressed = (event: React.KeyboardEvent) => {
    const moved = { ArrowDown: chosen + 1, ArrowUp: chosen - 1, Home: 0, End: entries.length - 1 }[event.key];
    if (moved !== undefined) setAt((moved + entries.length) % Math.max(1, entries.length));
    else if (event.key === 'Enter') act(entries[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal opened onClose={onClose} title={t('Search and go to')} size="lg" transitionProps={{ duration: 0 }}>
      <TextInput
        data-autofocus
        role="combobox"
        aria-label={t('Page, server, bot, organisation or action')}
        placeholder={t('Page, server, bot, organisation or action')}
        aria-expanded="true"
        aria-controls={id}
        aria-autocomplete="list"
        {...(entries.length > 0 ? { 'aria-activedescendant': `${id}-${chosen}` } : {})}
        value={asked}
        onChange={({ currentTarget }) => {
          setAsked(currentTarget.value);
          setAt(0);
        }}
        onKeyDown={pressed}
      />
      <div id={id} role="listbox" aria-label={t('What was found')} tabIndex={-1} className={classes['found']}>
        {entries.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys.
          // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus.
          <div
            key={entry.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            ref={index === chosen ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
            onClick={() => act(entry)}
          >
            <span>{entry.text}</span> <span className="quiet">{entry.kind}</span>
          </div>
        ))}
      </div>
      <p className="quiet" role="status">
        {entries.length > 0
          ? t('{count} found', { count: entries.length })
          : searching
            ? t('Loading')
            : t('Nothing has this name.')}
      </p>
    </Modal>
  );
}

/** What is being typed is asked for once it rests. */
const PAUSE_MS = 200;
/** So many are read at once; of a list with more, what has the name is asked for. */
const MOST_READ = 200;

/** The word of what is asked for that tells most. */
const longestWord = (asked: string): string =>
  asked
    .split(/\s+/)
    .reduce((longest, one) => (one.length > longest.length ? one : longest), '')
    .slice(0, 100);

/** Each once. */
const both = <T extends { id: string }>(...lists: ({ items: readonly T[] } | undefined)[]): T[] => [
  ...new Map(lists.flatMap((list) => list?.items ?? []).map((one) => [one.id, one])).values(),
];

function useEntries(org: string, onHelp: () => void, asked: string): { all: Entry[]; searching: boolean } {
  const navigate = useNavigate();
  const me = useQuery(meOf()).data;
  const scopes = useScopes();
  const may = (scope: string | undefined) => !scope || (scopes?.has(scope) ?? false);
  const servers = useQuery({ ...readOf(org, 'serversList', { limit: MOST_READ }), enabled: may('servers:read') }).data;
  const bots = useQuery({ ...readOf(org, 'botsList', { limit: MOST_READ }), enabled: may('bots:read') }).data;
  const word = longestWord(asked);
  const [search] = useDebouncedValue(word, PAUSE_MS);
  const moreOf = (list: { nextCursor?: string } | undefined) => search !== '' && list?.nextCursor !== undefined;
  const named = { limit: MOST_READ, search };
  const moreServers = useQuery({ ...readOf(org, 'serversList', named), enabled: moreOf(servers) });
  const moreBots = useQuery({ ...readOf(org, 'botsList', named), enabled: moreOf(bots) });
  const isMore = servers?.nextCursor !== undefined || bots?.nextCursor !== undefined;
  const go =
    (to: string, params: object = {}) =>
    () =>
      void navigate({ to, params: { org, ...params } } as never);
  const pages = useNavigation().flatMap(({ title, items }) =>
    items.map(({ to, text }) => ({
      id: String(to),
      kind: title ? t(title) : t('Page'),
      text: t(text),
      act: go(String(to)),
    })),
  );
  const actions: [text: string, scope: string | undefined, act: () => void][] = [
    [t('Add a server'), 'servers:write', go('/o/$org/servers/new')],
    [t('Create a bot'), 'bots:write', go('/o/$org/bots/new')],
    [isUtc() ? t('Show my time zone') : t('Show UTC'), undefined, () => chooseUtc(!isUtc())],
    [isDark() ? t('Light') : t('Dark'), undefined, () => chooseTheme(isDark() ? 'light' : 'dark')],
    [t('Keyboard'), undefined, onHelp],
  ];
  const all = [
    ...pages,
    ...both(servers, moreServers.data).map(({ id: serverId, name, host, database }) => ({
      id: serverId,
      kind: t('Server'),
      text: name,
      also: `${host} ${database}`,
      act: go('/o/$org/servers/$serverId', { serverId }),
    })),
    ...both(bots, moreBots.data).map(({ id: botId, name, settings }) => ({
      id: botId,
      kind: t('Bot'),
      text: name,
      also: settings.market,
      act: go('/o/$org/bots/$botId', { botId }),
    })),
    ...actions.filter(([, scope]) => may(scope)).map(([text, , act]) => ({ id: text, kind: t('Action'), text, act })),
    ...placesOf(me)
      .filter(({ id }) => id !== org)
      .map(({ id, name }) => ({ id, kind: t('Organisation'), text: name, act: go('/o/$org', { org: id }) })),
  ];
  const searching = isMore && word !== '' && (word !== search || moreServers.isFetching || moreBots.isFetching);
  return { all, searching };
}
