import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { Store } from '../store/store.ts';

/** Backups are encrypted for recipients (age, https://age-encryption.org); identities open them. */
export interface Keys {
  recipients: readonly string[];
  /** None where only the public half is known: such a machine makes backups and opens none. */
  identities: readonly string[];
}

export interface KeySettings {
  passphrase?: string | undefined;
  recipients: readonly string[];
  identities: readonly string[];
}

/** With a passphrase: the identity of this place, encrypted with it. Trying one out costs a second, opening a file nothing. */
const KEY_FILE = 'key.age';
const WORK_FACTOR = 18;

export const NO_KEYS = `Backups are encrypted, and there is no key for them.
  Fix: set BACKUP_PASSPHRASE to a long one, and write it down where it survives this machine; or make a pair with \`npx tidegate backup key\`, set BACKUP_RECIPIENTS to its public half and keep the other elsewhere.`;

/** The keys of this place. `create` makes its key when there is none yet. */
export async function openKeys(
  store: Store,
  settings: KeySettings,
  { create, workFactor = WORK_FACTOR }: { create: boolean; workFactor?: number },
): Promise<Keys> {
  if (settings.passphrase === undefined) {
    if (settings.recipients.length === 0 && settings.identities.length === 0) throw new Error(NO_KEYS);
    const own = await Promise.all(settings.identities.map((identity) => publicHalf(identity)));
    return { recipients: [...new Set([...settings.recipients, ...own])], identities: settings.identities };
  }
  let stored = await store.get(KEY_FILE);
  if (!stored && create) {
    await store.put(KEY_FILE, await lock(await generateX25519Identity(), settings.passphrase, workFactor));
    // Of two that made one at the same time, both use the one that stayed.
    stored = await store.get(KEY_FILE);
  }
  if (!stored)
    throw new Error(
      `There is no ${KEY_FILE} in ${store.name}.\n  Fix: see whether BACKUP_TO names the place of the backups.`,
    );
  const identity = await unlock(stored, settings.passphrase, store.name);
  return {
    recipients: [await publicHalf(identity), ...settings.recipients],
    identities: [identity, ...settings.identities],
  };
}

/** A new pair, for those who keep the private half elsewhere. */
export async function makePair(): Promise<{ identity: string; recipient: string }> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

async function publicHalf(identity: string): Promise<string> {
  try {
    return await identityToRecipient(identity);
  } catch (error) {
    throw new Error('BACKUP_IDENTITY is no age identity.\n  Fix: it begins with AGE-SECRET-KEY-1.', { cause: error });
  }
}

async function lock(identity: string, passphrase: string, workFactor: number): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.setScryptWorkFactor(workFactor);
  encrypter.setPassphrase(passphrase);
  return encrypter.encrypt(identity);
}

async function unlock(stored: Uint8Array, passphrase: string, place: string): Promise<string> {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return await decrypter.decrypt(stored, 'text');
  } catch (error) {
    throw new Error(
      `BACKUP_PASSPHRASE does not open ${KEY_FILE} in ${place}: the backups there were begun with another one, or that file is damaged (${(error as Error).message}).\n  Fix: set the passphrase of these backups, or BACKUP_TO to a new place.`,
      { cause: error },
    );
  }
}
