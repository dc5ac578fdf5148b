import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { until } from '@tidegate/testing/until';
import { ALERTS } from '../deploy/observability/alerts.ts';
import { BOARDS } from '../deploy/observability/boards.ts';
import { prometheusRules } from '../deploy/observability/prometheus-rules.ts';
import type { SharedPlatform } from './shared-platform.ts';

/* What operators look at, by the Prometheus that they look at it with (Debian's package). */
const PROMETHEUS = '/usr/bin/prometheus';
export const hasPrometheus = existsSync(PROMETHEUS);

interface Answer<T> {
  status: string;
  data: T;
  error?: string;
}
interface Rules {
  groups: { rules: { name: string; health: string; lastError?: string; lastEvaluation: string }[] }[];
}
interface Matrix {
  result: { values: [number, string][] }[];
}

/** Prometheus, which watches the platform from the first test of the file on. */
export class WatchingPrometheus {
  private readonly platform: SharedPlatform;
  private url = '';

  constructor(platform: SharedPlatform) {
    this.platform = platform;
    if (!hasPrometheus) return;
    let end = () => {};
    beforeAll(async () => {
      end = await this.start(platform);
    });
    afterAll(() => end());
  }

  async get<T>(path: string, query: Record<string, string> = {}): Promise<Answer<T>> {
    return (await (await fetch(`${this.url}${path}?${new URLSearchParams(query)}`)).json()) as Answer<T>;
  }

  /** Of all that the platform has, with or without a value. */
  async metricNames(): Promise<Set<string>> {
    const answer = await fetch(`${this.platform.url}/metrics`, {
      headers: { authorization: `Bearer ${metricsToken(this.platform)}` },
    });
    return new Set([...(await answer.text()).matchAll(/^# HELP (\S+)/gm)].map(([, name]) => name ?? ''));
  }

  private async start(platform: SharedPlatform): Promise<() => void> {
    const folder = mkdtempSync(join(tmpdir(), 'tidegate-prometheus-'));
    const port = await freePort();
    writeFileSync(join(folder, 'token'), metricsToken(platform), { mode: 0o600 });
    writeFileSync(join(folder, 'rules.yml'), prometheusRules());
    writeFileSync(
      join(folder, 'prometheus.yml'),
      JSON.stringify({
        // As in production: more often it took a tenth of a core throughout, for nothing.
        global: { scrape_interval: '15s' },
        rule_files: ['rules.yml'],
        scrape_configs: [
          {
            job_name: 'tidegate',
            authorization: { credentials_file: 'token' },
            static_configs: [{ targets: [new URL(platform.url).host] }],
          },
        ],
      }),
    );
    const options = [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ];
    const child = spawn(PROMETHEUS, options, { stdio: 'ignore' });
    this.url = `http://127.0.0.1:${port}`;
    await until(async () => (await fetch(`${this.url}/-/ready`)).ok, { withinMs: 30_000, what: 'Prometheus' });
    return () => {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    };
  }
}

export const metricsToken = ({ dataDir }: Pick<SharedPlatform, 'dataDir'>): string =>
  JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8')).METRICS_TOKEN;

/** After everything else has happened, so that there is something to see. */
export function observability(prometheus: WatchingPrometheus): void {
  describe.skipIf(!hasPrometheus)("what operators see (with Debian's package prometheus)", () => {
    const queries = BOARDS.flatMap(({ title, rows }) =>
      rows.flatMap(({ panels }) =>
        panels.flatMap((panel) => panel.queries.map(({ expr }) => ({ panel: `${title}, ${panel.title}`, expr }))),
      ),
    );

    test('every panel of every dashboard shows something', async () => {
      await until(async () => (await missing(prometheus, queries)).length === 0, {
        withinMs: 60_000,
        everyMs: 5_000,
        what: 'panels with values',
      }).catch(() => undefined);
      expect(await missing(prometheus, queries)).toEqual([]);
    });

    test('every rule is evaluated, and names only metrics that exist', async () => {
      const rules = await until(
        async () => {
          const { data } = await prometheus.get<Rules>('/api/v1/rules');
          const all = data.groups.flatMap((group) => group.rules);
          return all.every(({ health }) => health !== 'unknown') && all;
        },
        { withinMs: 60_000, what: 'all rules to be evaluated' },
      );
      expect(rules.map(({ name }) => name)).toEqual(expect.arrayContaining(ALERTS.map(({ name }) => name)));
      expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
      const known = (await prometheus.metricNames()).add('tidegate_licence_seconds_left'); // only with a licence
      const named = [...ALERTS.map(({ expr }) => expr), ...queries.map(({ expr }) => expr)]
        .flatMap((expr) => expr.match(/\b(tidegate|nodejs|process)_[a-z0-9_]+/g) ?? [])
        .map((name) => name.replace(/_(bucket|count|sum)$/, ''));
      expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
    });
  });
}

/** Queries that fail or have no value in the last hour, which is what a panel draws. Placeholders are what Grafana puts there: a time of some scrapes, everything. */
async function missing(
  prometheus: WatchingPrometheus,
  queries: readonly { panel: string; expr: string }[],
): Promise<string[]> {
  const end = Date.now() / 1_000;
  const range = { start: String(end - 3_600), end: String(end), step: '15' };
  const found = await Promise.all(
    queries.map(async ({ panel, expr }) => {
      const query = expr.replaceAll('$__rate_interval', '1h').replaceAll('$service', '.*');
      const { status, error, data } = await prometheus.get<Matrix>('/api/v1/query_range', { query, ...range });
      if (status !== 'success') return [`${panel}: ${error}`];
      const drawn = data.result.flatMap(({ values }) => values).filter(([, value]) => value !== 'NaN');
      return drawn.length > 0 ? [] : [`${panel}: no value of ${query}`];
    }),
  );
  return found.flat();
}
