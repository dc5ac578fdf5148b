import { forbidden, invalid } from '@tidegate/contracts/kernel/problem';
import { liveTopics } from '@tidegate/contracts/kernel/registry';

const MOST_TEXT = 500;

/**
 * The requested topics, as one or several parameters, separated by commas or not; by default everything that may be
 * read.
 */
export function readTopics(given: unknown, scopes: readonly string[]): ReadonlySet<string> {
  const topicScopes = new Map(liveTopics().map(({ topic, scope }) => [topic, scope]));
  const unknown = () => invalid('/topics', 'unknown_topic', `Topics: ${[...topicScopes.keys()].join(', ')}`);
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
