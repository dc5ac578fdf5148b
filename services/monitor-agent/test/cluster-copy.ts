import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * A copy of an initialised cluster costs a tenth of `initdb`, but has the system identifier of the first one, by which
 * the collector recognises an instance. So each copy gets one of its own, in pg_control and in the headers of the WAL.
 */
export function copyCluster(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to], { stdio: 'pipe' });
  const low = randomInt(2 ** 32);
  const controlFile = join(to, 'global', 'pg_control');
  const control = readFileSync(controlFile);
  const end = endOfControlData(control);
  control.writeUInt32LE(low, 0);
  control.writeUInt32LE(crc32c(control.subarray(0, end)), end);
  writeFileSync(controlFile, control);
  for (const name of readdirSync(join(to, 'pg_wal'))) {
    if (!/^[0-9A-F]{24}$/.test(name)) continue;
    const segment = readFileSync(join(to, 'pg_wal', name));
    segment.writeUInt32LE(low, SYSTEM_IDENTIFIER_IN_WAL);
    writeFileSync(join(to, 'pg_wal', name), segment);
  }
}

const SYSTEM_IDENTIFIER_IN_WAL = 24;

/** How long the data are differs from version to version; their checksum follows them. */
function endOfControlData(control: Buffer): number {
  for (let end = 200; end < 512; end += 4) {
    if (control.readUInt32LE(end) === crc32c(control.subarray(0, end))) return end;
  }
  throw new Error('pg_control has no checksum where one is expected.');
}

function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}
