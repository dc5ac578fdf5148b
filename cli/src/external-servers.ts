import { readVariable } from '@tidegate/runtime/config';
import { readSecrets } from '@tidegate/runtime/secrets-file';

/** The URL of an external server, from the environment, a file or secrets.json; undefined when it is embedded. */
export const externalUrl = (
  name: 'DATABASE_URL' | 'NATS_URL',
  dataDir: string,
  env: NodeJS.ProcessEnv,
): string | undefined => readVariable(env, name) || readSecrets(dataDir)[name] || undefined;

/** `host:port` of a URL, without its password. */
export const placeOf = (url: string): string =>
  url
    .split(',')
    .map((one) => (URL.canParse(one) ? new URL(one).host : '(no URL)'))
    .join(', ');
