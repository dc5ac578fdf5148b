import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ALERTS } from './alerts.ts';
import { CONDITIONS, OBJECTIVES } from './objectives.ts';
import { alertRule, burnAlertName, burnAlerts, prometheusRules, recordings, rulesFile } from './prometheus-rules.ts';

/* Every alert by Prometheus's own evaluation: what raises it, what does not, and that it ends when the fault does. */

const PROMTOOL = '/usr/bin/promtool';
const ROOT = join(import.meta.dirname, '../..');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-rules-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CASES = [
  ...ALERTS.map((alert) => ({ ...alert, groups: [{ name: 'alerts', rules: [alertRule(alert)] }] })),
  ...OBJECTIVES.map((objective) => ({
    ...objective,
    name: burnAlertName(objective),
    severity: 'page',
    groups: [
      { name: 'conditions', rules: CONDITIONS },
      { name: 'objectives', rules: recordings(objective) },
      { name: 'budgets', rules: burnAlerts(objective) },
    ],
  })),
];
type Case = (typeof CASES)[number];

const seriesOf = (values: Record<string, string>) =>
  Object.entries(values).map(([series, samples]) => ({ series, values: samples }));

/** First the fault, then none: counters begin at zero again, as those of a process that was restarted. */
function faultThenNone({ raisedBy, notBy }: Case) {
  const names = new Set([...Object.keys(raisedBy), ...Object.keys(notBy)]);
  const values = (series: string) => [raisedBy[series], notBy[series], notBy[series]].map((part) => part ?? '_x180');
  return Object.fromEntries([...names].map((series) => [series, values(series).join(' ')]));
}

function testsOf(one: Case) {
  const firing = (at: string, value: number) => ({
    expr: `count(ALERTS{alertname="${one.name}",severity="${one.severity}",alertstate="firing"}) or vector(0)`,
    eval_time: at,
    exp_samples: [{ labels: '{}', value }],
  });
  return [
    {
      interval: '1m',
      input_series: seriesOf(faultThenNone(one)),
      promql_expr_test: [firing('179m', 1), firing('330m', 0)],
    },
    { interval: '1m', input_series: seriesOf(one.notBy), promql_expr_test: [firing('179m', 0)] },
  ];
}

test.skipIf(!existsSync(PROMTOOL))('each alert is raised by its fault, by nothing else, and ends with it', () => {
  const files = CASES.map((one) => {
    writeFileSync(join(folder, `${one.name}.yml`), rulesFile(one.groups));
    const file = join(folder, `${one.name}.test.yml`);
    const tests = { rule_files: [`${one.name}.yml`], evaluation_interval: '1m', tests: testsOf(one) };
    writeFileSync(file, stringify(tests));
    return file;
  });
  const { status, stdout, stderr } = spawnSync(PROMTOOL, ['test', 'rules', ...files], { encoding: 'utf8' });
  expect(`${stdout}${stderr}`).not.toMatch(/^\s*FAILED|^\s*err/m);
  expect(status).toBe(0);
});

test.each(CASES)('$name has a runbook', ({ name }) => {
  const link = new RegExp(`docs/runbooks/([a-z-]+)\\.md#${name.toLowerCase()}$`, 'm').exec(prometheusRules());
  const page = readFileSync(join(ROOT, 'docs', 'runbooks', `${link?.[1]}.md`), 'utf8');
  expect(page.split('\n')).toContain(`## ${name}`);
});
