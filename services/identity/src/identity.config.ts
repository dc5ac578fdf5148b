import { Config, envFlag, envInt, envList } from '@tidegate/runtime/config';
import { z } from 'zod';

export class IdentityConfig extends Config(
  z.object({
    MAX_FREE_ORGANISATIONS_PER_PERSON: envInt(1, 1_000_000)
      .default(3)
      .meta({ description: 'Organisations on a free plan that one person may own' }),
    MAX_ORGANISATIONS_PER_PERSON: envInt(1, 1_000_000)
      .default(100)
      .meta({ description: 'Organisations on any plan that one person may own' }),
    AUDIT_KEEP_DAYS: envInt(30, 3_650)
      .default(400)
      .meta({ description: 'How long the audit log of an organisation is kept, whether its plan shows it or not' }),
    DEMO_FOR_EVERYBODY: envFlag().optional().meta({
      description:
        'Whether everybody with an account may look at the demo organisation, once it is filled; by default only outside production, where it is for operators',
    }),
    DNS_SERVERS: envList().default([]).meta({
      description:
        'Name servers, separated by commas, that are asked for the records which prove domains: `9.9.9.9`, `10.0.0.2:5353`; by default those of the system',
    }),
    INSTALLATION_NAME: z
      .string()
      .min(1)
      .max(80)
      .default('Tidegate')
      .meta({ description: 'As for the notifier: no password may be made of it' }),
    SMTP_HOST: z
      .string()
      .optional()
      .meta({ description: 'As for the notifier: with it e-mail addresses are verified, without it they are trusted' }),
  }),
) {}
