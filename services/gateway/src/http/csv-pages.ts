import { Readable } from 'node:stream';
import { ACCESS_TOKEN_SECONDS } from '@tidegate/contracts/identity/tokens';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { timeout } from '@tidegate/contracts/kernel/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { varyBy } from '../kernel/compress-answers.ts';
import type { Ask, Exchange } from './mount-operations.ts';
import { persist } from './persist.ts';

const TYPE = 'text/csv; charset=utf-8; header=present';
/** Rows that are read at once, where the caller names no number. */
const ROWS = 200;
/** So long a page may be under way: what was revoked is known for longer than this. */
const PAGE_MS = ACCESS_TOKEN_SECONDS * 1_000;

interface Table {
  csv?: string;
  nextCursor?: string;
}

/** By `format`, or by `Accept` where nothing else is asked for. */
export function wantsCsv({ csv }: Operation, { headers }: FastifyRequest, input: Record<string, unknown>): boolean {
  if (!csv) return false;
  if (input['format'] === undefined && /^text\/csv\b/i.test(headers.accept ?? '')) input['format'] = 'csv';
  return input['format'] === 'csv';
}

/** The table in an answer, instead of the answer. */
export function csvIn(reply: FastifyReply, body: string | undefined): string | undefined {
  if (body === undefined) return undefined;
  void reply.header('content-type', TYPE);
  return (JSON.parse(body) as Table).csv;
}

export const isPaged = ({ output }: Operation): boolean =>
  output instanceof z.ZodObject && 'nextCursor' in output.shape;

/**
 * All pages of a list as one table, however many there are: the next is asked for when the one before has been taken, so a
 * slow reader costs a page of memory. When one cannot be read, also after a while, the connection is cut: a table that ends is whole.
 * So it is when the credentials have ended meanwhile, for which `callerToken` throws.
 */
export async function sendPages(exchange: Exchange, ask: Ask, callerToken: () => string): Promise<FastifyReply> {
  const { reply, input } = exchange;
  const read = async (cursor: unknown): Promise<Table> => {
    const asked = { limit: ROWS, ...input, ...(cursor !== undefined && { cursor }) };
    return JSON.parse((await ask({ ...exchange, input: asked, callerToken: callerToken() })) ?? '{}') as Table;
  };
  // What cannot be read at all is answered as a problem.
  const first = await read(input['cursor']);
  void reply.header('content-type', TYPE);
  varyBy(reply, 'accept');
  return reply.send(first.nextCursor ? Readable.from(pagesFrom(first, read)) : (first.csv ?? ''));
}

async function* pagesFrom(first: Table, read: (cursor: string) => Promise<Table>): AsyncGenerator<string> {
  for (let page = first; ; ) {
    const began = performance.now();
    if (page.csv) yield page.csv;
    if (!page.nextCursor) return;
    if (performance.now() - began > PAGE_MS) throw timeout({}, 'The table was read too slowly.');
    const { nextCursor } = page;
    page = await persist(() => read(nextCursor));
  }
}
