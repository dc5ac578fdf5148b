import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adoptSettings } from './beside-service.ts';
import { foldersOf, install, installed } from './install.ts';
import { type Installed, unitFile } from './unit.rules.ts';

const AT = '/usr/bin/systemd-analyze';
const missing = existsSync(AT) ? '' : ' (skipped: there is no systemd-analyze here)';

/** A unit is checked by what is there: its program and folder exist. */
function written(changes: Partial<Installed> = {}): string {
  const file = join(mkdtempSync(join(tmpdir(), 'tidegate-unit-')), 'tidegate.service');
  writeFileSync(file, unitFile({ ...installed(false), root: process.cwd(), user: 'daemon', ...changes }));
  return file;
}

const analyze = (...args: string[]) => spawnSync(AT, args, { encoding: 'utf8' });

test.runIf(!missing)('systemd finds nothing wrong with the unit, with odd paths as well', () => {
  const odd = join(mkdtempSync(join(tmpdir(), 'tidegate odd % ')), 'tide $gate');
  mkdirSync(odd);
  for (const file of [written(), written({ root: odd }), written({ user: undefined, dataDir: odd })]) {
    const { stderr } = analyze('verify', '--man=no', file);
    expect(stderr.split('\n').filter((line) => line.includes('tidegate.service'))).toEqual([]);
  }
});

test.runIf(!missing)('systemd counts what the service may do as little', () => {
  const { stdout } = analyze('security', '--offline=true', '--no-pager', written());
  const [, exposure] = /Overall exposure level for tidegate.service: ([\d.]+)/.exec(stdout) ?? [];
  expect(Number(exposure)).toBeGreaterThan(0);
  expect(Number(exposure)).toBeLessThan(3);
});

test(`the unit says how it is run, restarted and stopped${missing}`, () => {
  const unit = unitFile({ ...installed(false), root: '/opt/tidegate', node: '/usr/bin/node' });
  expect(unit).toMatch(/^ExecStart=.*node --.* \/opt\/tidegate\/cli\/dist\/main\.js start$/m);
  for (const line of [
    'User=tidegate',
    'Restart=on-failure',
    'KillMode=mixed',
    'StateDirectory=tidegate-data',
    'ProtectHome=yes',
  ])
    expect(unit.split('\n')).toContain(line);
});

test('for one’s own service manager it needs no right, keeps settings that are there, and can be repeated', async () => {
  const config = mkdtempSync(join(tmpdir(), 'tidegate-config-'));
  process.env['XDG_CONFIG_HOME'] = config;
  await install({ systemd: true, own: true, print: false });
  const settings = join(config, 'tidegate/settings.env');
  expect(statSync(settings).mode & 0o777).toBe(0o600);
  writeFileSync(settings, 'PORT=3100\n');
  await install({ systemd: true, own: true, print: false });
  expect(readFileSync(settings, 'utf8')).toBe('PORT=3100\n');
  const unit = readFileSync(join(config, 'systemd/user/tidegate.service'), 'utf8');
  expect(unit).toContain(`EnvironmentFile=-${settings}`);
  expect(unit).not.toMatch(/^(User|CapabilityBoundingSet|ProtectSystem)=/m);
});

test('the service may write where its settings send backups, and what is typed beside it has its settings', () => {
  const base = mkdtempSync(join(tmpdir(), 'tidegate beside '));
  const environmentFile = join(base, 'settings.env');
  const settings = `# Backups\nBACKUP_TO=/mnt/my backups/tidegate\nBACKUP_SCRATCH=/var/lib/tidegate-data/scratch
BACKUP_SECRETS_TO=none\nBACKUP_PASSPHRASE="seven # words \\"and\\" more"\nPORT = 3100\n`;
  writeFileSync(environmentFile, settings, { mode: 0o600 });
  const writes = foldersOf(settings, '/var/lib/tidegate-data');
  expect(writes).toEqual(['/mnt/my backups/tidegate']);
  const unit = unitFile({ ...installed(false), root: '/opt/tidegate', environmentFile, writes });
  expect(unit).toContain('ReadWritePaths="-/mnt/my backups/tidegate"\n');
  const file = join(base, 'tidegate.service');
  writeFileSync(file, unit);

  const typed: NodeJS.ProcessEnv = { DATA_DIR: '/opt/tidegate/.data', PORT: '3200' };
  adoptSettings('/opt/tidegate', typed, [file]);
  expect(typed).toMatchObject({
    DATA_DIR: '/var/lib/tidegate-data',
    BACKUP_TO: '/mnt/my backups/tidegate',
    BACKUP_PASSPHRASE: 'seven # words "and" more',
    PORT: '3200',
  });
  const elsewhere = { DATA_DIR: '/srv/other' };
  adoptSettings('/opt/tidegate', elsewhere, [file]);
  expect(elsewhere).toEqual({ DATA_DIR: '/srv/other' });
  const another = {};
  adoptSettings('/opt/other', another, [file]);
  expect(another).toEqual({});
});

const isRoot = process.getuid?.() === 0;
test.runIf(isRoot)('what root types leaves nothing in the data folder that its owner could not read', () => {
  const [dataDir, store] = ['owned', 'no-backups'].map((name) => {
    const folder = mkdtempSync(join(tmpdir(), `tidegate-${name}-`));
    chownSync(folder, 65_534, 65_534);
    return folder;
  }) as [string, string];
  const { stderr, status } = spawnSync(
    process.execPath,
    ['--no-warnings', 'cli/dist/main.js', 'drill', '--to', store],
    { encoding: 'utf8', env: { PATH: process.env['PATH'], DATA_DIR: dataDir, BACKUP_PASSPHRASE: 'seven words' } },
  );
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('There is no') });
  for (const name of ['backup', 'backup/drill.json']) expect(statSync(join(dataDir, name)).uid).toBe(65_534);
  expect(statSync(dataDir).uid).toBe(65_534);
});
