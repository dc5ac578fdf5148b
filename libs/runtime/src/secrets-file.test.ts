import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeKeys, ensureSecrets, readSecrets, secretsFile } from './secrets-file.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tidegate-secrets-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test('a changed ring is the only thing that changes', () => {
  const before = ensureSecrets(dataDir);
  changeKeys(dataDir, 'monitor-agent', (ring) => [...ring, 'new']);
  const name = 'MONITOR_AGENT_ENCRYPTION_KEY';
  expect(readSecrets(dataDir)).toEqual({ ...before, [name]: `${before[name]},new` });
  changeKeys(dataDir, 'monitor-agent', (ring) => ring.filter((key) => key !== 'new'));
  expect(readSecrets(dataDir)).toEqual(before);
});

test('the file stays private, and its owner’s when root changes it', () => {
  ensureSecrets(dataDir);
  const file = secretsFile(dataDir);
  const owner = process.getuid?.() === 0 ? 65_534 : (process.getuid?.() ?? 0);
  chownSync(file, owner, statSync(file).gid);
  chmodSync(file, 0o644);
  changeKeys(dataDir, 'billing', (ring) => [...ring, 'new']);
  expect(statSync(file)).toMatchObject({ uid: owner });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('existing secrets are never regenerated, and a damaged file is not overwritten', () => {
  const before = ensureSecrets(dataDir);
  expect(ensureSecrets(dataDir)).toEqual(before);
  writeFileSync(secretsFile(dataDir), '{"CALLER_SECRET":');
  expect(() => ensureSecrets(dataDir)).toThrow(/it is damaged\.\n {2}Fix: restore it from a backup/);
  expect(() => changeKeys(dataDir, 'billing', () => [])).toThrow('it is damaged');
});
