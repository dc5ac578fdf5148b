import { statfsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Finding, fine, type Installation, mayWrite, problem } from './doctor-checks.ts';
import { nearestFolder } from './kernel/installation.ts';

/** By the magic numbers of Linux (statfs(2)). FUSE is left out: what is behind it may be a disk of this machine. */
const NETWORK_DISKS = new Map<number, string>([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9P'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
]);
const ENOUGH_MB = 100;

export interface Disk {
  type: number;
  freeMb: number;
  writable: boolean;
}

/** Where the gateway notes API calls until they are reported: each call waits for that folder. */
export function apiCalls({ env, dataDir }: Installation): Finding {
  const folder = resolve(env['API_CALLS_DIR'] ?? join(dataDir, 'api-calls'));
  const there = nearestFolder(folder);
  const { type, bavail, bsize } = statfsSync(there);
  const found = judge(folder, { type, freeMb: (bavail * bsize) / 1024 ** 2, writable: mayWrite(there) });
  if (found) return found;
  return fine('api-calls', there === folder ? `${folder} can be written` : `${folder} is made when the gateway starts`);
}

/** What is wrong with the folder, if anything. */
export function judge(folder: string, { type, freeMb, writable }: Disk): Finding | undefined {
  const bad = (code: string, what: string, fix: string) => problem('api-calls', code, what, fix);
  if (!writable) {
    const fix = 'chown it, or set API_CALLS_DIR to a folder of this user; until then a kill loses API calls';
    return bad('api_calls_not_writable', `${folder} cannot be written by this user`, fix);
  }
  // Linux tells the number with its sign.
  const network = NETWORK_DISKS.get(type >>> 0);
  if (network) {
    const fix = 'set API_CALLS_DIR to a folder on a disk of this machine';
    return bad(
      'api_calls_network_disk',
      `${folder} is on a network disk (${network}), and each API call waits for it`,
      fix,
    );
  }
  if (freeMb >= ENOUGH_MB) return undefined;
  const fix = 'free some space, or set API_CALLS_DIR to a larger disk';
  return bad('api_calls_disk_low', `${Math.floor(freeMb)} MB are free for ${folder}`, fix);
}
