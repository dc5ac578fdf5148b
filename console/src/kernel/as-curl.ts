import { TidegateClient } from '@tidegate/client';
import type { Asked } from './asked.ts';

/**
 * The request behind a table, as a command. It is what the client would send, caught before it leaves; the key is a variable of the shell, so
 * that none is copied by accident.
 */
export async function asCurl({ name, input }: Asked, origin: string): Promise<string> {
  let address = '';
  const client = new TidegateClient({
    url: origin,
    retries: 0,
    fetch: (url) => {
      address = String(url);
      return Promise.resolve(new Response('{}'));
    },
  });
  await (client as unknown as Record<string, (input: unknown) => Promise<unknown>>)[name]?.(input);
  return `curl --fail-with-body -H "Authorization: Bearer $TIDEGATE_KEY" '${address.replaceAll("'", '%27')}'`;
}
