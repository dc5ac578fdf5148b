import fc from 'fast-check';
import { DERIVED_PREFIX, openDerived } from './derived-keys.ts';
import { MasterKeys, masterKeyId } from './master-keys.ts';
import { generateSealingKeys, openSealed, sealFor } from './seal-box.ts';
import { openText, type SecretPlace, sealText } from './sealed-text.ts';

const countUp = (length: number, from: number) => Buffer.from(Array.from({ length }, (_, index) => from + index));
const dataKey = countUp(32, 0x00);
const masterKey = countUp(32, 0x20).toString('base64');
const otherMasterKey = countUp(32, 0x60).toString('base64');
const orgId = '01890a5d-ac96-774b-bcce-b302099a8057';
const otherOrgId = '01890a5d-ac96-774b-bcce-b302099a8058';
const place: SecretPlace = { orgId, table: 'servers', column: 'password', recordId: 'r1' };

function flipEachBit(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length * 8 }, (_, bit) => {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
    return changed;
  });
}

/*
 * The known answers were computed apart from this code: HKDF written out as two HMACs (RFC 5869), AES-GCM by WebCrypto.
 * When one of them changes, nothing that is stored can be read any more.
 */
describe('sealed text', () => {
  const KNOWN = 'AqChoqOkpaanqKmqq34rzxvmrYS1bbEOcT1ecigFZq7WLKuuGHI=';

  test('is what the documented construction gives', () => {
    expect(sealText(dataKey, place, 'pässword', countUp(12, 0xa0))).toBe(KNOWN);
    expect(openText(dataKey, place, KNOWN)).toBe('pässword');
  });

  test('opens where it was sealed, whatever the text and the place', () => {
    const word = fc.string({ unit: 'binary', maxLength: 60 });
    const places = fc.record({ orgId: fc.uuid(), table: word, column: word, recordId: word });
    const keys = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(keys, places, fc.string({ unit: 'binary', maxLength: 500 }), (key, somewhere, text) => {
        expect(openText(key, somewhere, sealText(key, somewhere, text))).toBe(text);
      }),
    );
  });

  test('opens at no other place', () => {
    const word = fc.string({ unit: fc.constantFrom('a', '|', ':', '1', '3'), maxLength: 5 });
    const places = fc.record({ orgId: word, table: word, column: word, recordId: word });
    fc.assert(
      fc.property(places, places, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        const sealed = sealText(dataKey, one, 'secret');
        expect(() => openText(dataKey, other, sealed)).toThrow('was changed or belongs elsewhere');
      }),
    );
  });

  test.each(['orgId', 'table', 'column', 'recordId'] as const)('does not open with another %s', (part) => {
    expect(() => openText(dataKey, { ...place, [part]: 'other' }, KNOWN)).toThrow('belongs elsewhere');
  });

  test('does not open with another data key', () => {
    expect(() => openText(countUp(32, 1), place, KNOWN)).toThrow('belongs elsewhere');
  });

  test('no bit of it can be changed', () => {
    for (const changed of flipEachBit(Buffer.from(KNOWN, 'base64'))) {
      expect(() => openText(dataKey, place, changed.toString('base64'))).toThrow('servers.password of r1');
    }
  });

  test('is different each time and reveals nothing of the text', () => {
    const sealed = [1, 2, 3].map(() => sealText(dataKey, place, 'pässword'));
    expect(new Set(sealed).size).toBe(3);
    expect(sealed.some((one) => Buffer.from(one, 'base64').includes('ssword'))).toBe(false);
  });

  test.each([
    ['', 'nothing'],
    ['AqChoqOkpaanqKmq', 'too short'],
    [` ${KNOWN}`, 'white space before it'],
    [`${KNOWN}AAAA`, 'more after it'],
    [KNOWN.replace('=', ''), 'no padding'],
    [KNOWN.replace('GHI=', 'GHJ='), 'other unused bits at the end'],
  ])('%j is malformed: %s', (sealed) => {
    expect(() => openText(dataKey, place, sealed)).toThrow('servers.password of r1 is malformed');
  });
});

describe('master keys', () => {
  const ID = '00f275db3960453c';
  const KNOWN = Buffer.from(
    '01b0b1b2b3b4b5b6b7b8b9babb77281d32a99f78a0a673b2e82a7297586bf653a897b6d13cfe770253e7c0680312d9ed60e9f6220bfb2bde5d03983722',
    'hex',
  );
  const keys = new MasterKeys(() => [masterKey]);

  test('wrap as the documented construction does', () => {
    expect(masterKeyId(masterKey)).toBe(ID);
    expect(keys.wrap(ID, orgId, dataKey, countUp(12, 0xb0))).toEqual(KNOWN);
    expect(keys.unwrap(ID, orgId, KNOWN)).toEqual(dataKey);
  });

  test('wrap differently each time', () => {
    expect(keys.wrap(ID, orgId, dataKey)).not.toEqual(keys.wrap(ID, orgId, dataKey));
  });

  test('do not unwrap the key of somebody else', () => {
    expect(() => keys.unwrap(ID, otherOrgId, KNOWN)).toThrow(`The data key of ${otherOrgId} was changed`);
  });

  test('do not unwrap with another key of the ring', () => {
    const ring = new MasterKeys(() => [masterKey, otherMasterKey]);
    expect(() => ring.unwrap(masterKeyId(otherMasterKey), orgId, KNOWN)).toThrow('was changed or belongs elsewhere');
  });

  test('no bit of a wrapped key can be changed, and none can be missing', () => {
    for (const changed of flipEachBit(KNOWN)) expect(() => keys.unwrap(ID, orgId, changed)).toThrow(orgId);
    expect(() => keys.unwrap(ID, orgId, KNOWN.subarray(0, -1))).toThrow('malformed');
    expect(() => keys.unwrap(ID, orgId, Buffer.alloc(0))).toThrow('malformed');
  });

  test('a key that is not in the ring is named, with what to do', () => {
    const ring = new MasterKeys(() => [otherMasterKey]);
    expect(() => ring.unwrap(ID, orgId, KNOWN)).toThrow(/Master key 00f275db3960453c is not in the ring.*\n {2}Fix: /);
  });

  test('a key that is added to the ring later is found without a restart', () => {
    const ring = [otherMasterKey];
    const late = new MasterKeys(() => ring);
    expect(late.has(ID)).toBe(false);
    ring.push(masterKey);
    expect(late.unwrap(ID, orgId, KNOWN)).toEqual(dataKey);
    expect(late.ids()).toEqual([masterKeyId(otherMasterKey), ID]);
  });

  test.each([
    [[], 'needs a master key'],
    [['c2hvcnQ='], 'must be 32 bytes'],
  ])('the ring %j is refused', (ring, reason) => {
    expect(() => new MasterKeys(() => ring)).toThrow(reason);
  });
});

describe('texts of version 1', () => {
  const KNOWN = 'AQJrMcDBwsPExcbHyMnKyyzvIO7JyaJOoIDqwpjcDIU8J8/BCIrrgAQ=';
  const ring = [otherMasterKey, masterKey].map((key) => Buffer.from(key, 'base64'));

  test('open with any key of the ring, at their place only', () => {
    expect(KNOWN.startsWith(DERIVED_PREFIX)).toBe(true);
    expect(openDerived(ring, place, KNOWN)).toBe('pässword');
    expect(() => openDerived(ring, { ...place, recordId: 'r2' }, KNOWN)).toThrow('No master key of the ring');
    expect(() => openDerived(ring.slice(0, 1), place, KNOWN)).toThrow('No master key of the ring');
  });

  test('differ from everything that is sealed now', () => {
    expect(sealText(dataKey, place, 'secret').startsWith(DERIVED_PREFIX)).toBe(false);
    expect(() => openDerived(ring, place, sealText(dataKey, place, 'secret'))).toThrow('malformed');
    expect(() => openText(dataKey, place, KNOWN)).toThrow('malformed');
  });
});

describe('seal box', () => {
  const keys = generateSealingKeys();

  test('only the receiver opens it, only in its context, only unchanged', () => {
    const sealed = sealFor(keys.publicKey, 'secret', 'rpc.a input');
    expect(openSealed(keys.privateKey, sealed, 'rpc.a input')).toBe('secret');
    expect(() => openSealed(keys.privateKey, sealed, 'rpc.b input')).toThrow();
    expect(() => openSealed(generateSealingKeys().privateKey, sealed, 'rpc.a input')).toThrow();
    expect(() => openSealed(keys.privateKey, 'AQ', 'rpc.a input')).toThrow('malformed');
    for (const changed of flipEachBit(Buffer.from(sealed, 'base64url'))) {
      expect(() => openSealed(keys.privateKey, changed.toString('base64url'), 'rpc.a input')).toThrow();
    }
  });
});
