import type { IncomingHttpHeaders } from 'node:http';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { checkText } from './json-body.ts';

/*
 * The HTTP binding of CloudEvents 1.0: one event as JSON, several as an array, or one whose attributes are headers and
 * whose data is the body. What an event must contain is judged by the service, event by event.
 */
export const ONE_EVENT = 'application/cloudevents+json';
export const EVENTS = 'application/cloudevents-batch+json';
/** Names of attributes have lower-case letters and digits only. */
const ATTRIBUTE = /^ce-[a-z0-9]+$/;
const MAX_ATTRIBUTES = 30;
const MAX_VALUE = 1_000;

/** The input of an operation that takes CloudEvents. */
export function eventsOf(headers: IncomingHttpHeaders, body: unknown): Record<string, unknown> {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === EVENTS) return { events: body };
  if (type === ONE_EVENT) return { events: [body] };
  const attributes = Object.entries(headers).filter(([name]) => ATTRIBUTE.test(name) && !(name.slice(3) in {}));
  if (attributes.length === 0) return body as Record<string, unknown>;
  if (attributes.length > MAX_ATTRIBUTES) {
    throw invalid('/ce-', 'too_many', 'Send at most {most} attributes.', { most: MAX_ATTRIBUTES });
  }
  const event: Record<string, unknown> = {};
  for (const [name, value] of attributes) event[name.slice(3)] = attributeOf(name, String(value));
  return { events: [{ ...event, ...(type ? { datacontenttype: type } : {}), ...(body ? { data: body } : {}) }] };
}

/** Header values may be quoted, and carry anything beyond ASCII percent-encoded. */
function attributeOf(name: string, given: string): string {
  if (given.length > MAX_VALUE)
    throw invalid(`/${name}`, 'too_long', 'Send at most {most} characters.', { most: MAX_VALUE });
  const text = /^".*"$/.test(given) ? given.slice(1, -1).replaceAll(/\\(.)/g, '$1') : given;
  const decoded = text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (coded) => {
    const bytes = Buffer.from(coded.replaceAll('%', ''), 'hex');
    const characters = bytes.toString('utf8');
    return Buffer.from(characters, 'utf8').equals(bytes) ? characters : coded;
  });
  checkText(decoded, `/${name}`);
  return decoded;
}
