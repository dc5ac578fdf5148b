import { crc32 } from 'node:zlib';

/*
 * What a segment of the journal of API calls says. Each line stands alone, with a checksum: what a dying process or a
 * bad disk left of one costs that one only. A line is written by one call of the kernel, before the answers that it is
 * about leave.
 *
 *   [organisation, lease or '', when the event began, calls]       so many calls more
 *   [organisation, lease, calls that earlier segments have]        the writer holds this lease
 */
export type CallsNote = [orgId: string, lease: string, at: number, calls: number];
export type LeaseNote = [orgId: string, lease: string, before: number];
export type Note = CallsNote | LeaseNote;

const NOTES_A_LINE = 500;
/** Longer ones are nothing that was written here. */
export const MAX_LINE = 500 * 200;

export function encodeNotes(notes: readonly Note[]): string {
  let text = '';
  for (let from = 0; from < notes.length; from += NOTES_A_LINE) {
    const json = JSON.stringify(notes.length > NOTES_A_LINE ? notes.slice(from, from + NOTES_A_LINE) : notes);
    text += `${crc32(json).toString(16)} ${json}\n`;
  }
  return text;
}

/** Undefined for a line that is not what was written. */
export function decodeLine(line: string): Note[] | undefined {
  const space = line.indexOf(' ');
  const json = line.slice(space + 1);
  if (space < 1 || crc32(json).toString(16) !== line.slice(0, space)) return undefined;
  return JSON.parse(json) as Note[];
}

/**
 * What usage knows an event by. It says all that makes the event one, so whoever reports the segment, the writer or who
 * finds it after the writer's death, gives the event the same name.
 */
export const eventId = (segment: string, lease: string, at: number): string => `${segment}:${lease}:${at}`;
