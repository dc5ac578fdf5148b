import { readFileSync } from 'node:fs';
import { readIdentityFile } from '@tidegate/backup/backup-settings';
import type { StreamKey } from '@tidegate/backup/kernel/sealed-stream';
import type { Values } from '../arguments.ts';

const LEAST_PASSPHRASE = 12;

/** With which a file is sealed. */
export function sealOf(values: Values): StreamKey {
  const { recipient } = values;
  if (typeof recipient === 'string' && !/^age1[a-z0-9]{58}$/.test(recipient))
    throw new Error(`"${recipient}" is no age recipient.\n  Fix: age1…, as npx tidegate backup key prints it.`);
  return keyOf(values, typeof recipient === 'string' ? { recipients: [recipient] } : undefined, '--recipient age1…');
}

/** With which it is opened. */
export function openerOf(values: Values): StreamKey {
  const { identity } = values;
  if (typeof identity !== 'string') return keyOf(values, undefined, '--identity FILE');
  const identities = readIdentityFile(identity);
  if (identities.length === 0)
    throw new Error(`${identity} has no age identity.\n  Fix: name the file with AGE-SECRET-KEY-1….`);
  return keyOf(values, { identities }, '--identity FILE');
}

function keyOf(values: Values, other: StreamKey | undefined, option: string): StreamKey {
  const file = values['passphrase-file'];
  if (typeof file !== 'string') {
    if (other) return other;
    throw new Error(
      `The file has keys and hashes in it, so it is sealed.\n  Fix: --passphrase-file FILE, or ${option}`,
    );
  }
  if (other) throw new Error(`Give --passphrase-file or ${option}, not both.`);
  const [line = ''] = readFileSync(file, 'utf8').split('\n');
  const passphrase = line.trim();
  if (passphrase.length >= LEAST_PASSPHRASE) return { passphrase };
  throw new Error(
    `The passphrase in ${file} is shorter than ${LEAST_PASSPHRASE} characters.\n  Fix: openssl rand -base64 24 > ${file}`,
  );
}
