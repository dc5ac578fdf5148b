import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 'deploy/prometheus';
const rules = readdirSync(FOLDER).filter((name) => name.endsWith('.rules.yml'));

test('alerts fire when they should and at no other time', () => {
  if (spawnSync('promtool', ['--version']).status !== 0) {
    return void process.stderr.write('promtool is not installed (apt-get install prometheus): alerts are not tried.\n');
  }
  for (const name of rules) execFileSync('promtool', ['check', 'rules', join(FOLDER, name)], { stdio: 'pipe' });
  for (const name of readdirSync(join(FOLDER, 'tests'))) {
    execFileSync('promtool', ['test', 'rules', name], { cwd: join(FOLDER, 'tests'), stdio: 'pipe' });
  }
});

test('every alert has a runbook that knows it, and asks for metrics that exist', () => {
  const state = readFileSync('libs/runtime/src/backup-state.ts', 'utf8');
  const known = new Set([...state.matchAll(/^ {4}\[?\s*'([a-z_]+)',/gm)].map(([, name]) => `tidegate_backup_${name}`));
  for (const [, name = ''] of state.matchAll(/\['([a-z_]+)', '/g)) known.add(`tidegate_backup_${name}`);
  for (const file of rules) {
    const text = readFileSync(join(FOLDER, file), 'utf8');
    for (const [, path = ''] of text.matchAll(/runbook_url: ([^#\n]+)/g)) expect(existsSync(path), path).toBe(true);
    for (const [, alert] of text.matchAll(/alert: (\w+)/g)) {
      expect(readFileSync('docs/runbooks/restore.md', 'utf8')).toContain(`\`${alert}\``);
    }
    for (const [metric] of text.matchAll(/tidegate_backup_\w+/g)) expect(known, metric).toContain(metric);
  }
});
