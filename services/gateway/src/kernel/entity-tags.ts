import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { invalid, preconditionFailed } from '@tidegate/contracts/kernel/problem';

/*
 * Every answer to a GET has a weak ETag, a hash of its content, so no version column is needed. If-None-Match saves the
 * body; If-Match on a write is compared with what GET answers at that moment, so that nobody overwrites what they have
 * not seen. Where it cannot be compared it is refused: a condition is never silently ignored.
 */
export const entityTag = (text: string): string => `W/"${hash('sha1', text, 'base64url')}"`;

/** Compared weakly: a proxy that compresses the answer does not change its content. */
export function matches(header: string, tag: string): boolean {
  return header.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === tag.slice(2));
}

export const isUnchanged = (headers: IncomingHttpHeaders, tag: string): boolean =>
  headers['if-none-match'] !== undefined && matches(headers['if-none-match'], tag);

/** The operation that reads what another one writes: the same path by GET. */
export function readerOf(operation: Operation, operations: readonly Operation[]): Operation | undefined {
  const [method, path] = operation.http ?? [];
  if (method === 'GET' || method === 'POST') return undefined;
  return operations.find(({ http }) => http?.[0] === 'GET' && http[1] === path);
}

/** Refuses a condition that this operation cannot check. */
export function refuseConditions(headers: IncomingHttpHeaders, reader: Operation | undefined): void {
  if (headers['if-match'] !== undefined && !reader) throw unsupported('If-Match');
  if (headers['if-none-match'] !== undefined) throw unsupported('If-None-Match');
  if (headers['if-unmodified-since'] !== undefined) throw unsupported('If-Unmodified-Since');
}

export function requireMatch(header: string | undefined, tag: string): void {
  if (header === undefined || matches(header, tag)) return;
  throw preconditionFailed({ etag: tag }, 'It has changed: read it again first.');
}

const unsupported = (name: string) =>
  invalid(`/${name}`, 'not_supported', 'This operation cannot check this condition. Omit it.');
