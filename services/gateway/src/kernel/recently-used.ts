import { LRUCache } from 'lru-cache';

/** The `most` that were used last. Given a number of entries (`max`), the library takes memory for all of them at once. */
export const recentlyUsed = <Value extends object | string | number | boolean>(
  most: number,
  options: { ttl?: number } = {},
): LRUCache<string, Value> =>
  new LRUCache<string, Value>({ maxSize: most, maxEntrySize: 1, sizeCalculation: () => 1, ...options });
