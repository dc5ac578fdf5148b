import { createHmac } from 'node:crypto';

/** `t=…,v1=…`, one v1 for each secret: the sender of an endpoint whose secret is being rolled signs with both. */
export function signatureOf(body: string, secrets: readonly string[], at: number): string {
  const sign = (secret: string) => createHmac('sha256', secret).update(`${at}.${body}`, 'utf8').digest('hex');
  return [`t=${at}`, ...secrets.map((secret) => `v1=${sign(secret)}`)].join(',');
}
