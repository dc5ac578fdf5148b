import { Config, envFlag, envInt, envList } from '@tidegate/runtime/config';
import { z } from 'zod';

export class GatewayConfig extends Config(
  z.object({
    RATE_LIMIT_PER_MINUTE: envInt(1, 100_000_000)
      .default(1_200)
      .meta({ description: 'Requests a minute that one user or API key may make through one gateway' }),
    RATE_LIMIT_ANONYMOUS_PER_MINUTE: envInt(1, 100_000_000).default(120).meta({
      description: 'Requests a minute without valid credentials from one address (IPv6: one /64), through one gateway',
    }),
    RATE_LIMIT_NETWORK_PER_MINUTE: envInt(1, 1_000_000_000).optional().meta({
      description:
        'All requests a minute from one address (IPv6: one /64), through one gateway; by default ten times RATE_LIMIT_PER_MINUTE',
    }),
    CORS_ORIGINS: envList().default([]).meta({
      description: 'Origins, separated by commas, whose pages may use the API with tokens and keys; none by default',
    }),
    SSE_CONNECTIONS_PER_ORGANISATION: envInt(1, 100_000)
      .default(100)
      .meta({ description: 'Open live streams that one organisation may hold on one gateway' }),
    ALLOW_INSECURE: envFlag().default(false).meta({
      description: 'Besides what it means for the platform: session cookies without `Secure` over plain http',
    }),
    SMTP_HOST: z
      .string()
      .optional()
      .meta({ description: 'As for the notifier: only whether there is one, for GET /api/v1/installation' }),
  }),
) {}
