import { LIVE } from '@tidegate/client/generated/operations';

export type Topic = keyof typeof LIVE;
export const TOPICS = Object.keys(LIVE) as Topic[];

/** What has changed: of one thing where `about` says which, of all of a topic, or of everything. */
export type Change = { topic: Topic; about?: string } | { topic: '*' };

const refreshed = new Map<Topic, ReadonlySet<string>>(
  TOPICS.map((topic) => [topic, new Set<string>(LIVE[topic].refreshes)]),
);
const announced = new Set<string>(
  TOPICS.flatMap((topic) =>
    LIVE[topic].refreshes.filter((name) => !(LIVE[topic].moves as readonly string[]).includes(name)),
  ),
);

/** Whether a message says when an answer is old, so that nobody has to ask for it again and again. */
export const isFollowed = (operation: string): boolean => announced.has(operation);

/** What a message's data are about. */
export function changeOf(topic: Topic, data: unknown): Change {
  const field = LIVE[topic].about;
  const about =
    field && typeof data === 'object' && data !== null ? (data as Record<string, unknown>)[field] : undefined;
  return typeof about === 'string' ? { topic, about } : { topic };
}

/** Whether an answer is old by a change: not one about another server than the change. */
export function isTouched([, , operation, input]: readonly unknown[], change: Change): boolean {
  if (change.topic === '*') return true;
  if (!refreshed.get(change.topic)?.has(String(operation))) return false;
  const field = LIVE[change.topic].about;
  const asked =
    field && typeof input === 'object' && input !== null ? (input as Record<string, unknown>)[field] : undefined;
  return change.about === undefined || asked === undefined || asked === change.about;
}
