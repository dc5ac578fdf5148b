import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { ensureSecrets, secretsFile } from '@tidegate/runtime/secrets-file';
import { examine } from './doctor.ts';
import { asOperator } from './operator.ts';
import { readStatus } from './status.ts';

let folder: string;
let env: NodeJS.ProcessEnv;
let port: number;

/** An installation whose secrets.json names servers of the operator's own, where nobody listens. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-external-'));
  port = await freePort();
  const DATABASE_URL = `postgresql://tidegate:hidden@127.0.0.1:${port}/tidegate`;
  const secrets = { ...ensureSecrets(folder), DATABASE_URL, NATS_URL: `nats://127.0.0.1:${port}` };
  writeFileSync(secretsFile(folder), JSON.stringify(secrets), { mode: 0o600 });
  env = { PATH: process.env['PATH'], DATA_DIR: folder };
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('doctor checks the servers that secrets.json names, not embedded ones', async () => {
  const findings = await examine(env);
  const codes = Object.fromEntries(findings.map(({ check, code }) => [check, code]));
  expect(codes).toMatchObject({ postgres: 'postgres_unreachable', nats: 'nats_unreachable', 'nats-binary': undefined });
  expect(findings.find(({ check }) => check === 'nats')?.fix).toMatch(/start that server, correct the address/);
});

test('status names external servers without their passwords', async () => {
  const { external, ports } = await readStatus(env);
  expect(external).toEqual({ postgres: `127.0.0.1:${port}`, nats: `127.0.0.1:${port}` });
  expect(ports).toMatchObject({ postgres: null, nats: null });
});

test('an operator’s command gives up on a nats-server that is down', async () => {
  const before = process.env['DATA_DIR'];
  process.env['DATA_DIR'] = folder;
  try {
    await expect(asOperator(() => Promise.resolve())).rejects.toThrow(
      new RegExp(`NATS at nats://127.0.0.1:${port} cannot be used: (.|\n)*REFUSED(.|\n)*Fix: npx tidegate doctor`, 'i'),
    );
  } finally {
    if (before === undefined) delete process.env['DATA_DIR'];
    else process.env['DATA_DIR'] = before;
  }
});
