import { Config, envInt, envList } from '@tidegate/runtime/config';
import { z } from 'zod';

export class GatewayConfig extends Config(
  z.object({
    RATE_LIMIT_PER_MINUTE: envInt(1, 100_000_000)
      .default(1_200)
      .meta({ description: 'Requests a minute that one user or API key may make through one gateway' }),
    RATE_LIMIT_ANONYMOUS_PER_MINUTE: envInt(1, 100_000_000)
      .default(120)
      .meta({ description: 'Requests a minute from one address without credentials, through one gateway' }),
    CORS_ORIGINS: envList()
      .default([])
      .meta({ description: 'Origins, separated by commas, that may use the API from a browser; none by default' }),
    SSE_CONNECTIONS_PER_ORGANISATION: envInt(1, 100_000)
      .default(100)
      .meta({ description: 'Open live streams that one organisation may hold on one gateway' }),
  }),
) {}
