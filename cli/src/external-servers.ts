import { readVariable } from '@tidegate/runtime/config';
import { readSecrets } from '@tidegate/runtime/secrets-file';

/** Where a server of the operator's own is, from the environment, a file or secrets.json; undefined: it is embedded. */
export const externalUrl = (
  name: 'DATABASE_URL' | 'NATS_URL',
  dataDir: string,
  env: NodeJS.ProcessEnv,
): string | undefined => readVariable(env, name) || readSecrets(dataDir)[name] || undefined;

/** `host:port` of a URL, without the password that it may have. */
export const placeOf = (url: string): string =>
  url
    .split(',')
    .map((one) => (URL.canParse(one) ? new URL(one).host : '(no URL)'))
    .join(', ');
