import { randomBytes } from 'node:crypto';
import { generateSealingKeys, openSealed, sealFor } from './seal-box.ts';
import { type SecretPlace, Vault } from './vault.ts';

const key = () => randomBytes(32).toString('base64');
const place: SecretPlace = { orgId: 'o1', table: 'servers', column: 'password', recordId: 'r1' };

describe('vault', () => {
  const vault = new Vault({ masterKeys: [{ id: 'k1', key: key() }] });

  test('opens what it sealed, and seals the same text differently each time', () => {
    const sealed = vault.seal(place, 'pässword');
    expect(vault.open(place, sealed)).toBe('pässword');
    expect(vault.seal(place, 'pässword')).not.toBe(sealed);
    expect(Buffer.from(sealed, 'base64').includes('ssword')).toBe(false);
  });

  test.each(['orgId', 'table', 'column', 'recordId'] as const)(
    'a ciphertext moved to another %s does not open',
    (part) => {
      const sealed = vault.seal(place, 'secret');
      expect(() => vault.open({ ...place, [part]: 'other' }, sealed)).toThrow();
    },
  );

  test('no bit can be changed', () => {
    const sealed = Buffer.from(vault.seal(place, 'secret'), 'base64');
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => vault.open(place, changed.toString('base64'))).toThrow();
    }
  });

  test('after a rotation old ciphertexts open and are stale; without the old key they do not open', () => {
    const [one, two] = [
      { id: 'k1', key: key() },
      { id: 'k2', key: key() },
    ];
    const sealed = new Vault({ masterKeys: [one] }).seal(place, 'secret');
    const rotated = new Vault({ masterKeys: [two, one] });
    expect(rotated.open(place, sealed)).toBe('secret');
    expect(rotated.isStale(sealed)).toBe(true);
    expect(rotated.isStale(rotated.seal(place, 'secret'))).toBe(false);
    expect(() => new Vault({ masterKeys: [two] }).open(place, sealed)).toThrow('Master key k1 is not in the ring');
    expect(rotated.fingerprint()).not.toBe(vault.fingerprint());
  });
});

describe('seal box', () => {
  const keys = generateSealingKeys();

  test('only the receiver opens it, only in its context, only unchanged', () => {
    const sealed = sealFor(keys.publicKey, 'secret', 'rpc.a input');
    expect(openSealed(keys.privateKey, sealed, 'rpc.a input')).toBe('secret');
    expect(() => openSealed(keys.privateKey, sealed, 'rpc.b input')).toThrow();
    expect(() => openSealed(generateSealingKeys().privateKey, sealed, 'rpc.a input')).toThrow();
    expect(() => openSealed(keys.privateKey, `${sealed.slice(0, -4)}AAAA`, 'rpc.a input')).toThrow();
    expect(() => openSealed(keys.privateKey, 'AQ', 'rpc.a input')).toThrow('malformed');
  });
});
