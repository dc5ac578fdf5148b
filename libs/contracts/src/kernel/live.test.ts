import '../all.ts';
import { z } from 'zod';
import { LIVE_TOPICS } from './live-topics.ts';
import { liveTopics, operations } from './registry.ts';

test('every topic that a service may publish has a contract, and the other way round', () => {
  expect(liveTopics().map(({ topic }) => topic)).toEqual(Object.keys(LIVE_TOPICS).sort());
});

test.each(liveTopics().map((live) => [live.topic, live] as const))('%s says what there is', (_topic, live) => {
  const reads = operations().flatMap(({ http, scope }) => (http?.[0] === 'GET' ? [{ path: http[1], scope }] : []));
  const below = (path: string) => reads.filter((one) => `${one.path}/`.startsWith(`${path}/`));
  for (const path of live.refreshes) expect(`${path} ${below(path).length > 0}`).toBe(`${path} true`);
  const made = live.refreshes.flatMap(below).map(({ path }) => path);
  for (const path of live.moves) expect(made).toContain(path);
  // Whoever may follow the topic may also read what it makes old, or no message would be of use.
  expect(live.refreshes.flatMap(below).some(({ scope }) => scope === live.scope)).toBe(true);
  const fields = live.data instanceof z.ZodObject ? Object.keys(live.data.shape) : [];
  if (live.about) expect(fields).toContain(live.about);
  for (const { event } of live.follows) expect(event.service).toBe(live.service);
});
