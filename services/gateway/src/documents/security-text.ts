import { notFound } from '@tidegate/contracts/kernel/problem';
import type { FastifyInstance } from 'fastify';
import type { GatewayConfig } from '../gateway.config.ts';

const PATH = '/.well-known/security.txt';
/** Less than the year that RFC 9116 recommends at most; it is made anew with each answer. */
const VALID_MS = 180 * 86_400_000;

/** Where a vulnerability of this installation is reported (RFC 9116); none where the operator named nobody. */
export function mountSecurityText(fastify: FastifyInstance, config: GatewayConfig, publicUrl: string): void {
  fastify.get(PATH, { exposeHeadRoute: true }, (_request, reply) => {
    if (config.SECURITY_CONTACT.length === 0) throw notFound({}, 'Nobody is named here: SECURITY_CONTACT.');
    return reply
      .header('content-type', 'text/plain; charset=utf-8')
      .header('cache-control', 'public, max-age=3600')
      .send(securityText(config, publicUrl, Date.now()));
  });
}

export function securityText(
  { SECURITY_CONTACT: contacts, SECURITY_POLICY: policy }: Pick<GatewayConfig, 'SECURITY_CONTACT' | 'SECURITY_POLICY'>,
  publicUrl: string,
  now: number,
): string {
  const lines = [
    ...contacts.map((contact) => `Contact: ${contact}`),
    `Expires: ${new Date(now + VALID_MS).toISOString().slice(0, 10)}T00:00:00Z`,
    'Preferred-Languages: en, de',
    `Canonical: ${publicUrl}${PATH}`,
    ...(policy ? [`Policy: ${policy}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}
