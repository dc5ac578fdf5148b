import { isTracing, span } from '@tidegate/telemetry/trace';
import type { Client } from './tx.ts';

/** Measures a query, and runs it inside a span of its own, named after what it does and to what, when traces are on. */
export async function observed<T>(client: Client, sql: string, run: () => Promise<T>): Promise<T> {
  const started = performance.now();
  try {
    return await traced(sql, run);
  } catch (error) {
    // Whoever asked, instead of the socket that was read.
    Error.captureStackTrace(error as Error);
    throw error;
  } finally {
    client.took?.((performance.now() - started) / 1_000);
  }
}

function traced<T>(sql: string, run: () => Promise<T>): Promise<T> {
  if (!isTracing()) return run();
  const summary = summaryOf(sql);
  return span(summary, 'CLIENT', run, {
    // The text holds no values: they travel as parameters.
    attributes: { 'db.system.name': 'postgresql', 'db.query.summary': summary, 'db.query.text': oneLine(sql) },
  });
}

const TARGET = /\b(?:from|into|update|table)\s+(?:only\s+)?([a-z_][\w.]*)/i;
const MAX_TEXT = 1_000;

const oneLine = (sql: string): string => sql.replace(/\s+/g, ' ').trim().slice(0, MAX_TEXT);

/** The first word and the first table, such as `select bots` (OpenTelemetry's db.query.summary). */
export function summaryOf(sql: string): string {
  const verb = /^\s*(\w+)/.exec(sql)?.[1]?.toLowerCase() ?? 'query';
  const target = TARGET.exec(sql)?.[1];
  return target ? `${verb} ${target}` : verb;
}
