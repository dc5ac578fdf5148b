import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { kubernetesSecrets } from '@tidegate/runtime/kubernetes-secrets';
import { makePassword, makeSecrets } from '@tidegate/runtime/secrets-file';
import { loadSettings } from '@tidegate/runtime/settings';
import { UsageError } from './arguments.ts';
import { VERSION } from './kernel/installation.ts';

/* The file `.env` of deploy/compose, and the Secrets of deploy/k8s: every secret is made here and nowhere stored. */

export const printEnvironment = (url: string, certificates: string): void =>
  void process.stdout.write(environmentFile(url, certificates));

/** The Secrets of deploy/k8s, as `kubectl apply` reads them. */
export function printKubernetesSecrets(): void {
  const items = Object.entries(kubernetesSecrets()).map(([name, stringData]) => {
    return { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { name }, stringData };
  });
  process.stdout.write(`${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2)}\n`);
}

export function environmentFile(url: string, certificates: string): string {
  const { hostname, port } = placeOf(url);
  if (certificates !== 'internal' && !/^\S+@\S+$/.test(certificates)) {
    throw new UsageError(
      `"${certificates}" is neither an e-mail address nor "internal".\n  Fix: give the address that Let's Encrypt may write to, or internal for certificates that no browser knows.`,
    );
  }
  const secrets = { ...makeSecrets(), GRAFANA_PASSWORD: makePassword() };
  return [
    '# Made by `tidegate env`. Whoever reads this file can read everything: keep it as 0600, and a copy of it in your backup.',
    '# What you add for Tidegate itself, such as SMTP_HOST, goes into settings.env (docs/configuration.md).',
    'COMPOSE_PROFILES=blue',
    `TIDEGATE_IMAGE=tidegate:${VERSION}`,
    `DOMAIN=${hostname}`,
    ...(port ? [`HTTPS_SUFFIX=:${port}`, `HTTPS_PORT=${port}`] : []),
    `TLS=${certificates}`,
    ...Object.entries(secrets).map(([name, value]) => `${name}=${value}`),
    '',
  ].join('\n');
}

function placeOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' && url.pathname === '/' && !url.search && !url.username) return url;
  throw new UsageError(`"${text}" is not the address of an installation.\n  Fix: https://tidegate.example.com`);
}

/** Says what is missing or too weak in such a file, all at once. */
export function checkEnvironmentFile(file: string): void {
  const given = parseEnv(readFileSync(file, 'utf8')) as Record<string, string>;
  const missing = ['COMPOSE_PROFILES', 'DOMAIN', 'TLS', ...Object.keys(makeSecrets())].filter((name) => !given[name]);
  if (missing.length > 0)
    throw new Error(`${file} has no ${missing.join(', ')}.\n  Fix: compare it with tidegate env.`);
  loadSettings(
    {
      ...given,
      PUBLIC_URL: `https://${given['DOMAIN']}${given['HTTPS_SUFFIX'] ?? ''}`,
      DATABASE_URL: 'postgresql://postgres/tidegate',
      NATS_URL: 'nats://nats',
      LOCAL_HOSTS: 'postgres,nats',
      DATA_DIR: '/nowhere',
    },
    ['host', 'migrate', 'operate'],
  );
  process.stdout.write(`${file} has everything\n`);
}
