import { TidegateClient } from '@tidegate/client';
import type { Asked } from './asked.ts';

/**
 * The request behind a table, as a command. It is what the client would send, caught before it leaves; the key is a variable of the shell, so
 * that none is copied by accident.
 */
export async function asCurl({ name, input }: Asked, origin: string): Promise<string> {
  let [address, body] = ['', ''];
  const client = new TidegateClient({
    url: origin,
    retries: 0,
    fetch: (url, sent) => {
      address = String(url);
      body = typeof sent?.body === 'string' ? sent.body : '';
      return Promise.resolve(new Response('{}'));
    },
  });
  await (client as unknown as Record<string, (input: unknown) => Promise<unknown>>)[name]?.(input);
  // Some reads, such as what a change would cost, have a body.
  const data = body === '' ? '' : ` -H 'Content-Type: application/json' -d ${quoted(body)}`;
  return `curl --fail-with-body -H "Authorization: Bearer $TIDEGATE_KEY"${data} '${address.replaceAll("'", '%27')}'`;
}

/** For a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
