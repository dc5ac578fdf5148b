import { z } from 'zod';
import { INSTALLATION } from '../kernel/audit.ts';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { notFound } from '../kernel/problem.ts';
import { Empty, Id, Instant, page, pageQuery, secret, Timestamp } from '../kernel/types.ts';

/* Keys of the installation: the operator's own backend reports and reads usage of any organisation with one of them. */

/** All that such a key can be allowed. */
export const ServiceKeyScope = z
  .enum(['usage:read', 'usage:write', 'billing:read'])
  .meta({ id: 'ServiceKeyScope', description: 'What a service key may do, in every organisation' });
export type ServiceKeyScope = z.infer<typeof ServiceKeyScope>;

export const ServiceKey = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(ServiceKeyScope),
    createdAt: Timestamp,
    createdBy: Id.meta({ description: 'The operator who made it' }),
    expiresAt: Timestamp.nullable(),
    revokedAt: Timestamp.nullable(),
    revokedBy: Id.nullable().meta({ description: 'The operator who revoked it' }),
  })
  .meta({ id: 'ServiceKey' });
export type ServiceKey = z.infer<typeof ServiceKey>;

export const createServiceKey = operation({
  service: 'identity',
  name: 'service-keys.create',
  http: ['POST', '/api/v1/operator/service-keys'],
  scope: 'operator',
  summary: 'Create a service key, which acts for any organisation; the key itself is shown once',
  description:
    'For your own backend. Each request names the organisation in the header `Tidegate-Organisation`. The key reaches ' +
    'nothing but its scopes, costs no organisation API calls, and may report every meter but those of the platform.',
  audit: INSTALLATION,
  input: z.strictObject({
    name: Name,
    scopes: z.array(ServiceKeyScope).min(1).max(3).meta({ description: 'What the key may do' }),
    expiresAt: Instant.optional().meta({ description: 'By default it works until it is revoked' }),
  }),
  output: ServiceKey.extend({ key: secret(z.string()) }).meta({ id: 'NewServiceKey' }),
});

export const listServiceKeys = operation({
  service: 'identity',
  name: 'service-keys.list',
  http: ['GET', '/api/v1/operator/service-keys'],
  scope: 'operator',
  summary: 'Service keys of the installation, newest first, with who made and who revoked them',
  input: z.strictObject(pageQuery),
  output: page(ServiceKey),
});

export const revokeServiceKey = operation({
  service: 'identity',
  name: 'service-keys.revoke',
  http: ['DELETE', '/api/v1/operator/service-keys/{keyId}'],
  scope: 'operator',
  summary: 'Revoke a service key; it stops working everywhere at once',
  audit: INSTALLATION,
  input: z.strictObject({
    keyId: z
      .string()
      .regex(/^[0-9A-Za-z]{10}$/, 'a service key id')
      .meta({ description: 'The service key: its first ten characters after `tgs_`', examples: ['4f0KZ2xq9B'] }),
  }),
  output: Empty,
  errors: [notFound],
});

/** For the gateway. The hash is SHA-256 of the whole key, hex. */
export const verifyServiceKey = operation({
  service: 'identity',
  name: 'service-keys.verify',
  scope: 'service',
  summary: 'What a service key may do',
  input: z.strictObject({ keyHash: z.string().regex(/^[0-9a-f]{64}$/) }),
  output: z.object({ keyId: z.string(), scopes: z.array(ServiceKeyScope), expiresAt: Timestamp.nullable() }),
  errors: [notFound],
  readonly: true,
});
