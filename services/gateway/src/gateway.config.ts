import { Config, envFlag, envInt, envList } from '@tidegate/runtime/config';
import { z } from 'zod';

export class GatewayConfig extends Config(
  z.object({
    RATE_LIMIT_PER_MINUTE: envInt(1, 100_000_000)
      .default(1_200)
      .meta({ description: 'Requests a minute that one user or API key may make through one gateway' }),
    RATE_LIMIT_SERVICE_KEY_PER_MINUTE: envInt(1, 100_000_000)
      .default(12_000)
      .meta({ description: 'Requests a minute that one service key of the operator may make through one gateway' }),
    RATE_LIMIT_ANONYMOUS_PER_MINUTE: envInt(1, 100_000_000).default(120).meta({
      description: 'Requests a minute without valid credentials from one address (IPv6: one /64), through one gateway',
    }),
    RATE_LIMIT_NETWORK_PER_MINUTE: envInt(1, 1_000_000_000).optional().meta({
      description:
        'All requests a minute from one address (IPv6: one /64), through one gateway; by default ten times RATE_LIMIT_PER_MINUTE, or RATE_LIMIT_SERVICE_KEY_PER_MINUTE if that is more',
    }),
    RATE_LIMIT_REDIS_URL: z
      .url({ protocol: /^rediss?$/ })
      .optional()
      .meta({
        description:
          'A Redis, `rediss://user:password@host:port/0`, by which several gateways share what they count a minute; none by default: each counts for itself, also while it is away',
      }),
    CORS_ORIGINS: envList().default([]).meta({
      description: 'Origins, separated by commas, whose pages may use the API with tokens and keys; none by default',
    }),
    ALLOWED_HOSTS: envList().default([]).meta({
      description:
        'Host names, separated by commas, that the gateway answers to besides that of PUBLIC_URL, addresses and names without a dot: `api.example.org`, `.example.org` for all below it, `*` for any. Other names get 421',
    }),
    SSE_CONNECTIONS_PER_ORGANISATION: envInt(1, 100_000)
      .default(100)
      .meta({ description: 'Open live streams that one organisation may hold on one gateway' }),
    ALLOW_INSECURE: envFlag().default(false).meta({
      description: 'Besides what it means for the platform: session cookies without `Secure` over plain http',
    }),
    API_CALLS_DIR: z.string().optional().meta({
      description:
        'Folder in which API calls are noted until they are reported, so that a gateway that is killed leaves none uncounted; default: `api-calls` in DATA_DIR. On a disk of this machine; in a container an emptyDir',
    }),
    SECURITY_CONTACT: envList()
      .pipe(z.array(z.string().regex(/^(mailto:\S+@\S+|https:\/\/\S+|tel:\S+)$/, 'mailto:…, https://… or tel:…')))
      .default([])
      .meta({
        description:
          'Where a vulnerability is reported, for /.well-known/security.txt: `mailto:security@example.com`, an https address, several separated by commas; without it there is none',
      }),
    SECURITY_POLICY: z
      .url({ protocol: /^https$/ })
      .optional()
      .meta({ description: 'https address of your disclosure policy, for the same file (docs/legal has a template)' }),
    INSTALLATION_NAME: z
      .string()
      .min(1)
      .max(80)
      .default('Tidegate')
      .meta({ description: 'As for the notifier: for GET /api/v1/installation' }),
    SMTP_HOST: z
      .string()
      .optional()
      .meta({ description: 'As for the notifier: only whether there is one, for GET /api/v1/installation' }),
  }),
) {}
