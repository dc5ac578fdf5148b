/*
 * Mutual exclusion of processes. Plain JavaScript for Node 18.
 *
 * A process first announces itself by a file whose *name* holds everything (process number, start time, a random word),
 * and then looks for others: of two that come at the same instant at least one sees the other. Nobody removes the file
 * of a live process. The file of a dead one counts for nothing, even when its number was given to another process,
 * because number and start time together identify a process. There is no content that could be empty or half written.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Its start time in the kernel's ticks. Undefined when there is no such process, or only a zombie. */
export function beginOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

const nameOf = (prefix, pid, begin) => `${prefix}.${pid}.${begin}.${randomBytes(4).toString('hex')}`;

/** Live processes that have announced themselves there, except `mine`. Files of dead ones are removed. */
export function holders(folder, prefix, mine = []) {
  const found = [];
  for (const name of readdirSync(folder)) {
    const [pid, begin, word, ...more] = name.startsWith(`${prefix}.`) ? name.slice(prefix.length + 1).split('.') : [];
    if (!word || more.length > 0 || mine.includes(name)) continue;
    if (beginOf(pid) === begin) found.push(Number(pid));
    else rmSync(join(folder, name), { force: true });
  }
  return found;
}

/** Takes the turn: returns `{ release }`, or `{ holder }`, the process that has it or is trying for it. */
export function tryTurn(folder, prefix) {
  const [before] = holders(folder, prefix);
  if (before !== undefined) return { holder: before };
  const name = nameOf(prefix, process.pid, beginOf(process.pid) ?? 'unknown');
  const release = () => rmSync(join(folder, name), { force: true });
  writeFileSync(join(folder, name), '', { flag: 'wx', mode: 0o600 });
  const [other] = holders(folder, prefix, [name]);
  if (other === undefined) return { release };
  release();
  return { holder: other };
}

/** Blocks this thread: a process that waits for its turn has nothing else to do. */
export function sleep(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Yields to a process that came at the same instant: of two that withdraw, one retries first. */
export function takeTurn(folder, prefix, { tries = 20 } = {}) {
  for (let attempt = 1; ; attempt += 1) {
    const turn = tryTurn(folder, prefix);
    if (turn.release || attempt >= tries) return turn;
    sleep(5 + Math.random() * 20 * attempt);
  }
}
