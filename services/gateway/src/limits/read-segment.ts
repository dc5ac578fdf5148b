import { createReadStream } from 'node:fs';
import { decodeLine, isCalls, MAX_LINE, type Note } from './call-notes.rules.ts';
import { Tally } from './tally.ts';

export interface Segment {
  tally: Tally;
  /** Leases that the writer held, and the calls of earlier segments that they paid for. */
  leases: Map<string, { orgId: string; before: number }>;
  /** Damaged lines. */
  damaged: number;
}

/**
 * Line by line, whatever the file's size. The process may have died within the last line: those calls were not
 * answered.
 */
export async function readSegment(path: string): Promise<Segment> {
  const segment: Segment = { tally: new Tally(), leases: new Map(), damaged: 0 };
  let rest = '';
  let skipping = false;
  for await (const chunk of createReadStream(path, { encoding: 'latin1' }) as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!skipping) take(segment, line);
      skipping = false;
    }
    if (rest.length <= MAX_LINE) continue;
    if (!skipping) segment.damaged += 1;
    skipping = true;
    rest = '';
  }
  return segment;
}

function take(segment: Segment, line: string): void {
  const notes = decodeLine(line);
  if (notes) for (const note of notes) keep(segment, note);
  else segment.damaged += 1;
}

function keep({ tally, leases }: Segment, note: Note): void {
  if (isCalls(note)) tally.add(note);
  else leases.set(note[1], { orgId: note[0], before: note[2] });
}
