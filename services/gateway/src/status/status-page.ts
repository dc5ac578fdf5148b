import {
  COMPONENTS,
  type ComponentDay,
  type ComponentState,
  type Incident,
  STATUS_DAYS,
} from '@tidegate/contracts/notifier/incidents';
import type { PlatformStatus } from './platform-status.loop.ts';
import { STATUS_WORDS, type StatusLanguage, type StatusWords } from './status-words.ts';

const MARKS: Record<ComponentState, string> = { operational: '✓', degraded: '!', down: '✗' };
const DAY_MS = 86_400_000;

/** Without scripts, so that it opens where nothing else does. */
export function statusPage(
  name: string,
  status: PlatformStatus,
  language: StatusLanguage = 'en',
  now = Date.now(),
): string {
  const words = STATUS_WORDS[language];
  const { state, components, incidents, days, updatedAt } = status;
  const begin = beginOfRecord(status, now);
  const rows = components.map(
    (
      one,
    ) => `<li><div class="head"><strong>${words.names[one.name]}</strong><span class="${one.state}">${MARKS[one.state]} ${words.states[one.state]}</span></div>
${history(
  days.filter(({ component }) => component === one.name),
  begin,
  words,
  language,
  now,
)}</li>`,
  );
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(name)}: ${words.overall[state]}</title>
<link rel="stylesheet" href="/status.css"><link rel="icon" href="/docs/icon.svg">
<link rel="alternate" type="application/atom+xml" title="${words.incidents}" href="/status.atom"></head>
<body><main><h1>${escaped(name)}</h1>
<p class="overall ${state}" role="status">${MARKS[state]} ${words.overall[state]}</p>
<h2>${words.components}</h2><ul class="components">${rows.join('\n')}</ul>
<h2>${words.incidents}</h2>${incidents.length === 0 ? `<p>${words.none(STATUS_DAYS)}</p>` : incidents.map((one) => incident(one, words)).join('\n')}
<footer>${words.asOf} <time datetime="${updatedAt}">${instant(updatedAt)}</time>. <a href="/status.json">JSON</a>, <a href="/status.atom">${words.feed}</a></footer>
</main></body></html>
`;
}

/** Before it nobody knows: a new installation has not been well for 90 days. */
function beginOfRecord({ recordedSince }: PlatformStatus, now: number): number {
  const shown = now - (STATUS_DAYS - 1) * DAY_MS;
  if (recordedSince === undefined) return shown;
  return Math.max(shown, recordedSince === null ? now : Date.parse(recordedSince));
}

function history(
  days: readonly ComponentDay[],
  begin: number,
  words: StatusWords,
  language: StatusLanguage,
  now: number,
): string {
  const bad = new Map(days.map((day) => [day.day, day]));
  const away = days.reduce((sum, { downSeconds }) => sum + downSeconds, 0);
  const cells = Array.from({ length: STATUS_DAYS }, (_, index) => {
    const day = dayOf(now - (STATUS_DAYS - 1 - index) * DAY_MS);
    const found = bad.get(day);
    if (!found && day < dayOf(begin)) return `<i class="unknown" title="${day}: ${words.notRecorded}"></i>`;
    const state = found?.downSeconds ? 'down' : found?.degradedSeconds ? 'degraded' : 'operational';
    const said =
      state === 'operational'
        ? words.noTrouble
        : words.trouble(minutes(found?.downSeconds), minutes(found?.degradedSeconds));
    return `<i class="${state}" title="${day}: ${said}"></i>`;
  });
  // 99.9996 is not 100.
  const recorded = Math.max(away, (now - begin) / 1_000, 1);
  const whole = 100 - (100 * away) / recorded;
  const percent = (Math.floor(whole * 1_000) / 1_000).toLocaleString(language, { maximumFractionDigits: 3 });
  const said = words.available(percent, Math.min(STATUS_DAYS, 1 + Math.round((now - begin) / DAY_MS)));
  return `<div class="days" role="img" aria-label="${said}">${cells.join('')}</div><small>${said}</small>`;
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const minutes = (seconds = 0): string => `${Math.ceil(seconds / 60)} min`;

const incident = (
  { id, title, components, updates, resolvedAt }: Incident,
  words: StatusWords,
): string => `<article id="${id}">
<h3>${escaped(title)}${resolvedAt ? '' : ` <span class="down">${words.goesOn}</span>`}</h3>
${components.length > 0 ? `<p>${components.map((one) => words.names[one]).join(', ')}</p>` : ''}
<dl>${updates.map(({ at, state, text }) => `<dt><b>${words.updates[state]}</b> <time datetime="${at}">${instant(at)}</time></dt><dd>${escaped(text)}</dd>`).join('')}</dl></article>`;

/** Atom (RFC 4287): an entry for each incident, which is updated with it. */
export function statusFeed(name: string, home: string, { incidents, updatedAt }: PlatformStatus): string {
  const entries = incidents.map(({ id, title, state, startedAt, updates }) => {
    const text = updates.map((one) => `${one.state}, ${instant(one.at)}: ${one.text}`).join('\n');
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
    components: status.components.map((one) => ({ ...one, title: STATUS_WORDS.en.names[one.name] })),
    days: status.days.filter(({ component }) => COMPONENTS.includes(component)),
  });

const instant = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;

const escaped = (text: string): string =>
  // What XML has no character for would make the feed unreadable.
  text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
