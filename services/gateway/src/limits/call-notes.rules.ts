import { crc32 } from 'node:zlib';

/*
 * The content of a segment of the journal of API calls. Each line stands alone, with a checksum, so that a dying
 * process or a bad disk damages that line only. A line is written by one system call, before the answers that it counts
 * are sent.
 *
 *   [organisation, lease or '', when the event began, calls]       so many calls more, of no key
 *   [organisation, lease or '', when the event began, calls, key]  of this API key
 *   [organisation, lease, calls that earlier segments have]        the writer holds this lease
 */
export type CallsNote = [orgId: string, lease: string, at: number, calls: number, key?: string];
export type LeaseNote = [orgId: string, lease: string, before: number];
export type Note = CallsNote | LeaseNote;

const NOTES_A_LINE = 500;
/** Longer ones were not written by us. */
export const MAX_LINE = 500 * 200;

export function encodeNotes(notes: readonly Note[]): string {
  let text = '';
  for (let from = 0; from < notes.length; from += NOTES_A_LINE) {
    const json = JSON.stringify(notes.length > NOTES_A_LINE ? notes.slice(from, from + NOTES_A_LINE) : notes);
    text += `${crc32(json).toString(16)} ${json}\n`;
  }
  return text;
}

/** Undefined for a damaged line. */
export function decodeLine(line: string): Note[] | undefined {
  const space = line.indexOf(' ');
  const json = line.slice(space + 1);
  if (json[0] !== '[' || crc32(json).toString(16) !== line.slice(0, space)) return undefined;
  return JSON.parse(json) as Note[];
}

/**
 * The id by which usage deduplicates an event. It contains all that identifies the event, so that the writer, or the
 * process that finds the segment after its death, gives it the same id.
 */
export const eventId = (segment: string, lease: string, at: number, key: string): string =>
  key === '' ? `${segment}:${lease}:${at}` : `${segment}:${lease}:${at}:${key}`;

export const isCalls = (note: Note): note is CallsNote => note.length !== 3;
