import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { dataDirOf, readMemory } from '../kernel/installation.ts';
import { hasPrevious } from './change-file.ts';
import { daysLeft, KINDS } from './kinds.ts';
import { keptElsewhere } from './whose.ts';

export interface ListedSecret {
  name: string;
  what: string;
  /** Null: kept elsewhere, or changed by itself. */
  since: string | null;
  everyDays: number;
  daysLeft: number | null;
  keptIn: string;
  /** The one before still counts. */
  overlaps: boolean;
}

/** What there is to rotate, since when it is as it is, and when it is due. */
export function listed(dataDir: string, env: NodeJS.ProcessEnv, now = Date.now()): ListedSecret[] {
  const { secretsChanged = {} } = readMemory(dataDir);
  const first = join(dataDir, 'postgres', 'data', 'PG_VERSION');
  const made = existsSync(first) ? statSync(first).mtime.toISOString() : null;
  return KINDS.map((kind) => {
    const elsewhere = keptElsewhere(kind, dataDir, env);
    const since = elsewhere || kind.byItself ? null : (secretsChanged[kind.name] ?? made);
    return {
      name: kind.name,
      what: kind.what,
      since,
      everyDays: kind.days,
      daysLeft: since === null ? null : daysLeft(kind, Date.parse(since), now),
      keptIn: elsewhere ?? (kind.byItself ? 'the database' : 'secrets.json'),
      overlaps: kind.overlaps === true && hasPrevious(dataDir, kind.variables),
    };
  });
}

export function listSecrets({ json }: { json: boolean }): void {
  const all = listed(dataDirOf(process.env), process.env);
  if (json) return void process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  for (const { name, what, since, everyDays, daysLeft: left, keptIn, overlaps } of all) {
    const age =
      left === null
        ? `kept in ${keptIn}`
        : `since ${since?.slice(0, 10)}, ${left < 0 ? `DUE for ${-left} days` : `due in ${left} days`}`;
    const both = overlaps ? '; the one before still counts' : '';
    process.stdout.write(
      `${name.padEnd(13)} every ${String(everyDays).padStart(3)} days  ${age}${both}\n${' '.repeat(15)}${what}\n`,
    );
  }
}
