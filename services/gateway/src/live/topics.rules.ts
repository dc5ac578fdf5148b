import { forbidden, invalid } from '@tidegate/contracts/kernel/problem';

/** Who may follow which topic. A topic that is not listed does not exist. */
const TOPIC_SCOPES: ReadonlyMap<string, string> = new Map([
  ['servers', 'servers:read'],
  ['bots', 'bots:read'],
  ['usage', 'usage:read'],
]);
const MOST_TEXT = 500;

/** What is asked for, once or several times, separated by commas or not; without it everything that may be followed. */
export function readTopics(given: unknown, scopes: readonly string[]): ReadonlySet<string> {
  if (given === undefined || given === '') {
    return new Set([...TOPIC_SCOPES].flatMap(([topic, scope]) => (scopes.includes(scope) ? [topic] : [])));
  }
  const texts = [given].flat();
  if (!texts.every((text) => typeof text === 'string' && text.length <= MOST_TEXT)) throw unknown();
  const wanted = (texts as string[]).flatMap((text) => text.split(',')).map((topic) => topic.trim());
  for (const topic of wanted) {
    const scope = TOPIC_SCOPES.get(topic);
    if (!scope) throw unknown();
    if (!scopes.includes(scope)) throw forbidden({ scope }, `The topic ${topic} needs the scope ${scope}.`);
  }
  return new Set(wanted);
}

const unknown = () => invalid('/topics', 'unknown_topic', `Topics: ${[...TOPIC_SCOPES.keys()].join(', ')}`);
