import {
  COMPONENTS,
  type Component,
  type ComponentDay,
  type ComponentState,
  type Incident,
  STATUS_DAYS,
} from '@tidegate/contracts/notifier/incidents';
import type { PlatformStatus } from './platform-status.loop.ts';

const NAMES: Record<Component, string> = {
  api: 'API and sign-in',
  billing: 'Plans and payments',
  usage: 'Usage metering',
  monitoring: 'Database monitoring',
  trading: 'Trading bots',
  notifications: 'Notifications',
};
const STATES: Record<ComponentState, string> = {
  operational: 'Operational',
  degraded: 'Slower than usual',
  down: 'Not available',
};
const OVERALL: Record<ComponentState, string> = {
  operational: 'Everything works',
  degraded: 'Some things are slower than usual',
  down: 'Something does not work',
};
const MARKS: Record<ComponentState, string> = { operational: '✓', degraded: '!', down: '✗' };
const DAY_MS = 86_400_000;

/** Without scripts, so that it opens where nothing else does. */
export function statusPage(name: string, status: PlatformStatus, now = Date.now()): string {
  const { state, components, incidents, days, updatedAt } = status;
  const rows = components.map(
    (
      one,
    ) => `<li><div class="head"><strong>${NAMES[one.name]}</strong><span class="${one.state}">${MARKS[one.state]} ${STATES[one.state]}</span></div>
${history(
  days.filter(({ component }) => component === one.name),
  now,
)}</li>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(name)}: ${OVERALL[state]}</title>
<link rel="stylesheet" href="/status.css"><link rel="icon" href="/docs/icon.svg">
<link rel="alternate" type="application/atom+xml" title="Incidents" href="/status.atom"></head>
<body><main><h1>${escaped(name)}</h1>
<p class="overall ${state}" role="status">${MARKS[state]} ${OVERALL[state]}</p>
<h2>Components</h2><ul class="components">${rows.join('\n')}</ul>
<h2>Incidents</h2>${incidents.length === 0 ? `<p>None in the last ${STATUS_DAYS} days.</p>` : incidents.map(incident).join('\n')}
<footer>As of <time datetime="${updatedAt}">${words(updatedAt)}</time>. <a href="/status.json">JSON</a>, <a href="/status.atom">feed</a></footer>
</main></body></html>
`;
}

function history(days: readonly ComponentDay[], now: number): string {
  const bad = new Map(days.map((day) => [day.day, day]));
  const away = days.reduce((sum, { downSeconds }) => sum + downSeconds, 0);
  const cells = Array.from({ length: STATUS_DAYS }, (_, index) => {
    const day = new Date(now - (STATUS_DAYS - 1 - index) * DAY_MS).toISOString().slice(0, 10);
    const found = bad.get(day);
    const state = found?.downSeconds ? 'down' : found?.degradedSeconds ? 'degraded' : 'operational';
    const said =
      state === 'operational'
        ? 'no trouble'
        : `${minutes(found?.downSeconds)} not available, ${minutes(found?.degradedSeconds)} slow`;
    return `<i class="${state}" title="${day}: ${said}"></i>`;
  });
  const percent = (100 - (100 * away) / (STATUS_DAYS * 86_400)).toFixed(3);
  return `<div class="days" role="img" aria-label="${percent} % available in ${STATUS_DAYS} days">${cells.join('')}</div><small>${percent} % in ${STATUS_DAYS} days</small>`;
}

const minutes = (seconds = 0): string => `${Math.ceil(seconds / 60)} min`;

const incident = ({ id, title, components, updates, resolvedAt }: Incident): string => `<article id="${id}">
<h3>${escaped(title)}${resolvedAt ? '' : ' <span class="down">goes on</span>'}</h3>
${components.length > 0 ? `<p>${components.map((one) => NAMES[one]).join(', ')}</p>` : ''}
<dl>${updates.map(({ at, state, text }) => `<dt><b>${state}</b> <time datetime="${at}">${words(at)}</time></dt><dd>${escaped(text)}</dd>`).join('')}</dl></article>`;

/** Atom (RFC 4287): an entry for each incident, which is updated with it. */
export function statusFeed(name: string, home: string, { incidents, updatedAt }: PlatformStatus): string {
  const entries = incidents.map(({ id, title, state, startedAt, updates }) => {
    const text = updates.map((one) => `${one.state}, ${words(one.at)}: ${one.text}`).join('\n');
    return `<entry><id>urn:uuid:${id}</id><title>${escaped(title)} (${state})</title><link href="${escaped(home)}/status#${id}"/><published>${startedAt}</published><updated>${updates[0]?.at ?? startedAt}</updated><content type="text">${escaped(text)}</content></entry>`;
  });
  const newest =
    incidents
      .flatMap(({ updates }) => updates.map(({ at }) => at))
      .sort()
      .at(-1) ?? updatedAt;
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>${escaped(home)}/status</id><title>${escaped(name)}: incidents</title><updated>${newest}</updated><author><name>${escaped(name)}</name></author><link rel="self" href="${escaped(home)}/status.atom"/><link href="${escaped(home)}/status"/>${entries.join('')}</feed>
`;
}

/** What programs read; the days as they are shown. */
export const statusJson = (status: PlatformStatus): string =>
  JSON.stringify({
    ...status,
    components: status.components.map((one) => ({ ...one, title: NAMES[one.name] })),
    days: status.days.filter(({ component }) => COMPONENTS.includes(component)),
  });

const words = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;

const escaped = (text: string): string =>
  // What XML has no character for would make the feed unreadable.
  text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
