import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkLicence, issueLicence, type Licence, readLicence } from '@tidegate/runtime/licence/licence';
import { licence as doctorsCheck } from './doctor-licence.ts';

const pair = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  };
};
const keys = pair();
const given: Licence = {
  id: '0197f0e0-0000-7000-8000-000000000001',
  licensee: 'Müller & Söhne',
  product: 'on_premise',
  plan: 'standard',
  features: { licensed_servers: 100, offline_licence: true, support: 'premium', projects: null },
  issuedAt: '2026-11-28T10:00:00.000Z',
  validFrom: '2026-12-01T00:00:00.000Z',
  validUntil: '2027-12-01T00:00:00.000Z',
};
const text = issueLicence(given, keys.privateKey);
const at = (when: string) => Date.parse(when);
const inForce = at('2027-01-01T00:00:00Z');

test('a licence says what was issued, and is in force from its first instant to before its last', () => {
  expect(checkLicence(`${text}\n`, keys.publicKey, inForce)).toEqual({ state: 'valid', licence: given });
  const state = (when: string) => checkLicence(text, keys.publicKey, at(when)).state;
  expect(state('2026-11-30T23:59:59.999Z')).toBe('not_yet_valid');
  expect(state('2026-12-01T00:00:00Z')).toBe('valid');
  expect(state('2027-11-30T23:59:59.999Z')).toBe('valid');
  expect(state('2027-12-01T00:00:00Z')).toBe('expired');
});

test('no character of a licence can be changed, and nobody else can sign one', () => {
  for (let index = 0; index < text.length; index += 1) {
    const other = text[index] === 'A' ? 'B' : 'A';
    const changed = text.slice(0, index) + other + text.slice(index + 1);
    // The last character of a part has bits that mean nothing: the same signature may be spelt in several ways.
    const { state } = checkLicence(changed, keys.publicKey, inForce);
    if (index < text.length - 1) expect([index, state]).not.toEqual([index, 'valid']);
  }
  const theirs = issueLicence({ ...given, features: { licensed_servers: null } }, pair().privateKey);
  expect(checkLicence(theirs, keys.publicKey, inForce).state).toBe('other_key');
  // Their payload and signature under our header.
  const [header] = text.split('.');
  expect(checkLicence([header, ...theirs.split('.').slice(1)].join('.'), keys.publicKey, inForce).state).toBe('forged');
});

test.each([
  ['nothing', ''],
  ['a text', 'a licence'],
  ['two parts', text.split('.').slice(0, 2).join('.')],
  [
    'another algorithm',
    [
      Buffer.from('{"alg":"none","typ":"tidegate-licence","kid":""}').toString('base64url'),
      ...text.split('.').slice(1),
    ].join('.'),
  ],
  ['too much', 'a'.repeat(200_000)],
])('%s is no licence', (_what, other) => {
  expect(checkLicence(other, keys.publicKey, inForce)).toEqual({ state: 'malformed' });
  expect(readLicence(other)).toBeUndefined();
});

test('it is a JSON Web Signature that other software checks as well', () => {
  const [header = '', payload = '', signature = ''] = text.split('.');
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({ alg: 'EdDSA' });
  const signed = Buffer.from(`${header}.${payload}`);
  expect(verify(null, signed, keys.publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
});

test('a key of another kind is refused in words', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  expect(() => checkLicence(text, pem, inForce)).toThrow('signed with Ed25519');
});

describe('the command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-licence-'));
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const [privateKey, publicKey] = [file('private.pem', keys.privateKey), file('public.pem', keys.publicKey)];
  afterAll(() => rmSync(folder, { recursive: true }));

  const tidegate = (...args: string[]): string =>
    execFileSync(process.execPath, ['--no-warnings', 'cli/dist/main.js', 'licence', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  test('issues what a plan of the catalogue gives, shows it, checks it, and so does the doctor', () => {
    const options = ['--plan', 'on_premise.standard', '--until', '2099-12-31', '--key', privateKey];
    const licence = file('acme.licence', tidegate('issue', 'Acme', ...options));
    expect(JSON.parse(tidegate('show', licence))).toMatchObject({
      licensee: 'Acme',
      product: 'on_premise',
      plan: 'standard',
      features: { licensed_servers: 100, offline_licence: true },
      validUntil: '2100-01-01T00:00:00.000Z',
    });
    expect(tidegate('check', licence, '--key', publicKey)).toBe(
      'Valid until 2100-01-01T00:00:00.000Z: Acme, on_premise.standard\n  licensed_servers: 100\n  offline_licence: true\n',
    );
    const env = { LICENCE_FILE: licence, LICENCE_KEY_FILE: publicKey };
    expect(doctorsCheck({ env, dataDir: folder })).toMatchObject({ what: expect.stringContaining('Acme') });
    const other = file('other.pem', pair().publicKey);
    expect(() => tidegate('check', licence, '--key', other)).toThrow(/signed with another key.*\n.*Fix: /);
    expect(doctorsCheck({ env: { ...env, LICENCE_KEY_FILE: other }, dataDir: folder })).toMatchObject({
      code: 'licence_other_key',
    });
  });

  test('says what is missing', () => {
    expect(() =>
      tidegate('issue', 'Acme', '--plan', 'on_premise.gold', '--until', '2099-12-31', '--key', privateKey),
    ).toThrow(/There is no plan on_premise\.gold\.\n\s+Fix: --plan and one of on_premise\.standard/);
    expect(() => tidegate('issue', 'Acme', '--plan', 'on_premise.standard', '--key', privateKey)).toThrow(/--until/);
    expect(() => tidegate('check')).toThrow(/set LICENCE_FILE/);
  });
});
