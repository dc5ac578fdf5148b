import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metrics, metricsText } from '@tidegate/telemetry/metrics';
import { InstallationLicence } from './installation-licence.ts';
import { issueLicence, type Licence } from './licence.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-licence-'));
afterAll(() => rmSync(folder, { recursive: true }));
const pair = generateKeyPairSync('ed25519');
const pem = (key: typeof pair.privateKey, type: 'pkcs8' | 'spki') => key.export({ type, format: 'pem' }) as string;
const given: Licence = {
  id: '0197f0e0-0000-7000-8000-000000000001',
  licensee: 'Acme',
  product: 'on_premise',
  plan: 'standard',
  features: { licensed_servers: 100 },
  issuedAt: '2026-12-01T00:00:00.000Z',
  validFrom: '2026-12-01T00:00:00.000Z',
  validUntil: '2027-12-01T00:00:00.000Z',
};
let written = 0;
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  written += 1;
  utimesSync(path, written, written);
  return path;
};
const signed = (more: Partial<Licence> = {}, key = pair.privateKey) =>
  issueLicence({ ...given, ...more }, pem(key, 'pkcs8'));
const key = file('key.pem', pem(pair.publicKey, 'spki'));

function installation(text: string, name = `${written}.licence`) {
  const clock = { now: Date.parse('2027-01-01T00:00:00Z') };
  const licence = new InstallationLicence({ licence: file(name, text), key }, () => clock.now);
  const lines: string[] = [];
  const log = {
    info: (_: object, line: string) => lines.push(line),
    error: (_: object, line: string) => lines.push(line),
  };
  return { clock, licence, lines, report: () => licence.report(log as never), name };
}

test('without a licence nothing is limited and nothing is said', () => {
  const licence = new InstallationLicence({ licence: undefined, key: undefined });
  expect(licence.standing()).toMatchObject({ state: 'none', readOnly: false, servers: null });
});

test('a licence counts to its end, for thirty days more while it is said aloud each day, and then nothing new is created', () => {
  const { clock, licence, lines, report } = installation(signed());
  expect(licence.standing()).toMatchObject({ state: 'valid', readOnly: false, servers: 100, licensee: 'Acme' });
  report();
  report();
  expect(lines).toEqual(['The licence of this installation is valid']);
  clock.now = Date.parse('2027-11-30T23:59:59.999Z');
  expect(licence.standing().state).toBe('valid');
  clock.now += 1;
  expect(licence.standing()).toMatchObject({ state: 'grace', readOnly: false, servers: 100 });
  report();
  clock.now += 86_400_000 - 1;
  report();
  expect(lines).toHaveLength(2);
  clock.now += 1;
  report();
  expect(lines[2]).toContain('From 2027-12-31T00:00:00.000Z on nothing new can be created');
  clock.now = Date.parse('2027-12-31T00:00:00Z');
  expect(licence.standing()).toMatchObject({ state: 'expired', readOnly: true, servers: 100 });
});

test('a renewed file counts within a minute, without a restart, and so does its loss', () => {
  const { clock, licence, name } = installation(signed());
  clock.now = Date.parse('2028-06-01T00:00:00Z');
  expect(licence.standing().readOnly).toBe(true);
  file(name, signed({ validUntil: '2029-01-01T00:00:00.000Z', features: { licensed_servers: null } }));
  clock.now += 60_000;
  expect(licence.standing()).toMatchObject({ state: 'valid', servers: null });
  rmSync(join(folder, name));
  clock.now += 60_000;
  expect(licence.standing()).toMatchObject({ state: 'unreadable', readOnly: true });
});

test.each([
  ['no licence', 'nothing', 'malformed'],
  ['that of another issuer', signed({}, generateKeyPairSync('ed25519').privateKey), 'other_key'],
  ['one of later', signed({ validFrom: '2027-06-01T00:00:00.000Z' }), 'not_yet_valid'],
  ['a changed one', signed().replace(/\.([\w-])/, (_, first) => `.${first === 'e' ? 'f' : 'e'}`), 'malformed'],
] as const)('%s lets nothing new be created, and says why', (_, text, state) => {
  const { licence, lines, report } = installation(text);
  expect(licence.standing()).toMatchObject({ state, readOnly: true });
  report();
  expect(lines).toEqual([expect.stringMatching(/nothing new can be created\. Fix: /)]);
});

test('a key that is missing or of another kind is said in words', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const at = {
    licence: file('l', signed()),
    key: file('ec.pem', publicKey.export({ type: 'spki', format: 'pem' }) as string),
  };
  expect(new InstallationLicence(at).standing()).toMatchObject({
    state: 'unreadable',
    what: expect.stringContaining('Ed25519'),
  });
  const none = new InstallationLicence({ ...at, key: undefined });
  expect(none.standing()).toMatchObject({ state: 'unreadable', what: expect.stringContaining('LICENCE_KEY_FILE') });
});

test('its state and its end are measured', async () => {
  const { licence } = installation(signed());
  licence.measure(new Metrics());
  const text = await metricsText();
  expect(text).toMatch(/tidegate_licence\{state="valid"\} 1/);
  expect(text).toMatch(/tidegate_licence\{state="expired"\} 0/);
  expect(text).toMatch(/tidegate_licence_seconds_left 28857600/);
});
