import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install, installed } from './install.ts';
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
