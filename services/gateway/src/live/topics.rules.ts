import type { IncomingHttpHeaders } from 'node:http';
import { forbidden, invalid } from '@tidegate/contracts/kernel/problem';
import { liveTopics } from '@tidegate/contracts/kernel/registry';

const MOST_TEXT = 500;

/**
 * The requested topics, as one or several parameters, separated by commas or not; by default everything that may be
 * read.
 */
export function readTopics(given: unknown, scopes: readonly string[]): ReadonlySet<string> {
  const topicScopes = new Map<string, string>(liveTopics().map(({ topic, scope }) => [topic, scope]));
  const unknown = () =>
    invalid('/topics', 'unknown_topic', 'Topics: {known}', { known: [...topicScopes.keys()].join(', ') });
  if (given === undefined || given === '') {
    return new Set([...topicScopes].flatMap(([topic, scope]) => (scopes.includes(scope) ? [topic] : [])));
  }
  const texts = [given].flat();
  if (!texts.every((text) => typeof text === 'string' && text.length <= MOST_TEXT)) throw unknown();
  const wanted = (texts as string[]).flatMap((text) => text.split(',')).map((topic) => topic.trim());
  for (const topic of wanted) {
    const scope = topicScopes.get(topic);
    if (!scope) throw unknown();
    if (!scopes.includes(scope)) throw forbidden({ scope }, `The topic ${topic} needs the scope ${scope}.`);
  }
  return new Set(wanted);
}

let fields: ReadonlyMap<string, string | undefined> | undefined;

/** What a message is about, so that of several only the last is sent; by itself where its topic does not say. */
export function aboutOf(topic: string, text: string): string {
  fields ??= new Map(liveTopics().map((live) => [live.topic, live.about]));
  const field = fields.get(topic);
  const value = field ? (JSON.parse(text) as Record<string, unknown>)[field] : undefined;
  return typeof value === 'string' ? `${topic} ${value}` : `${topic} ${text}`;
}

/** As EventSource sends it when it reconnects; a page that opens a new one can only say it in the address. */
export function lastEventId(headers: IncomingHttpHeaders, query: unknown): string | undefined {
  const { lastEventId: asked } = query as { lastEventId?: unknown };
  const given = headers['last-event-id'] ?? asked;
  return typeof given === 'string' && given !== '' ? given : undefined;
}
