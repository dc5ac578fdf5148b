import { temporary } from '../../test/source.ts';
import { FolderStore } from '../store/folder-store.ts';
import { seal, unseal } from './encrypted-files.ts';
import { makePair, openKeys } from './keys.ts';

const QUICK = { workFactor: 2 };
const none = { recipients: [], identities: [] };

test('a passphrase opens the backups of its place, from any machine, and no other passphrase does', async () => {
  const store = new FolderStore(temporary('keys'));
  const mine = { ...none, passphrase: 'correct horse' };
  const first = await openKeys(store, mine, { ...QUICK, create: true });
  const sealed = await seal(Buffer.from('data'), first);
  const elsewhere = await openKeys(store, mine, { ...QUICK, create: false });
  expect(Buffer.from(await unseal('name', sealed, elsewhere)).toString()).toBe('data');
  const wrong = openKeys(store, { ...none, passphrase: 'wrong horse' }, { ...QUICK, create: true });
  await expect(wrong).rejects.toThrow(
    /BACKUP_PASSPHRASE does not open key\.age.*begun with another one, or that file is damaged/s,
  );
  const damaged = Buffer.from((await store.get('key.age')) ?? []);
  damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1);
  await store.put('key.age', damaged);
  await expect(openKeys(store, mine, { ...QUICK, create: true })).rejects.toThrow('or that file is damaged');
});

test('a place without a key is no place of backups, unless one is to be begun', async () => {
  const store = new FolderStore(temporary('keys'));
  const given = { ...none, passphrase: 'correct horse' };
  await expect(openKeys(store, given, { ...QUICK, create: false })).rejects.toThrow(/no key\.age.*BACKUP_TO/s);
  await expect(openKeys(store, none, { create: true })).rejects.toThrow(
    /there is no key.*BACKUP_PASSPHRASE.*BACKUP_RECIPIENTS/s,
  );
});

test('whoever has only the public half makes backups and opens none', async () => {
  const store = new FolderStore(temporary('keys'));
  const { identity, recipient } = await makePair();
  const here = await openKeys(store, { recipients: [recipient], identities: [] }, { create: true });
  const sealed = await seal(Buffer.from('data'), here);
  await expect(unseal('name', sealed, here)).rejects.toThrow(/No key opens these backups.*BACKUP_IDENTITY/s);
  const elsewhere = await openKeys(store, { recipients: [], identities: [identity] }, { create: false });
  expect(Buffer.from(await unseal('name', sealed, elsewhere)).toString()).toBe('data');
  await expect(
    openKeys(store, { recipients: [], identities: ['AGE-SECRET-KEY-1X'] }, { create: false }),
  ).rejects.toThrow('is no age identity');
});
