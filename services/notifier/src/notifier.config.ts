import type { Refuse } from '@tidegate/contracts/kernel/problem';
import { smtpNotConfigured } from '@tidegate/contracts/notifier/channels';
import { Config, envFlag, envInt, envList } from '@tidegate/runtime/config';
import { z } from 'zod';

const schema = z
  .object({
    SMTP_HOST: z.string().optional().meta({ description: 'Mail server. Without it e-mail channels are refused.' }),
    SMTP_PORT: envInt(1, 65_535).default(587).meta({ description: 'Port of the mail server' }),
    SMTP_SECURE: z
      .enum(['tls', 'starttls', 'none'])
      .default('starttls')
      .meta({ description: '`tls` from the first byte (465), `starttls` (587), `none` for a server on this machine' }),
    SMTP_USER: z.string().optional().meta({ description: 'Login at the mail server' }),
    SMTP_PASSWORD: z.string().optional().meta({ description: 'Password of SMTP_USER (better: SMTP_PASSWORD_FILE)' }),
    SMTP_FROM: z.email().optional().meta({ description: 'Sender address of every e-mail; needed with SMTP_HOST' }),
    INSTALLATION_NAME: z
      .string()
      .min(1)
      .max(80)
      .default('Tidegate')
      .meta({ description: 'What people know this installation as: the sender’s name and the head of its mails' }),
    NOTIFIER_TIMEOUT_SECONDS: envInt(1, 20)
      .default(15)
      .meta({ description: 'How long one attempt to deliver a message may take' }),
    NOTIFIER_ALLOW_LOOPBACK: envFlag().optional().meta({
      description:
        'Whether webhooks may go to this machine itself; by default only with embedded servers outside production',
    }),
    NOTIFIER_ALLOWED_NETWORKS: envList()
      .pipe(
        z.array(z.union([z.cidrv4(), z.cidrv6()], { error: 'networks in CIDR notation, such as 10.0.0.0/8,fd00::/8' })),
      )
      .default([])
      .meta({ description: 'Private networks (CIDR, separated by commas) that webhooks may go to' }),
    OPERATOR_ORGANISATION: z.uuid().optional().meta({
      description:
        'Id of the organisation whose channels are notified of orders that wait for the operator (`plan.ordered`)',
    }),
    NOTIFIER_KEEP_DAYS: envInt(1, 3_650).default(90).meta({
      description:
        'Deliveries are deleted so many days after their creation, and entries of the feed after they happened',
    }),
  })
  .refine((values) => values.SMTP_HOST === undefined || values.SMTP_FROM !== undefined, {
    path: ['SMTP_FROM'],
    error: 'Set the sender address, because SMTP_HOST is set.',
  })
  .refine((values) => (values.SMTP_USER === undefined) === (values.SMTP_PASSWORD === undefined), {
    path: ['SMTP_PASSWORD'],
    error: 'Set SMTP_USER and SMTP_PASSWORD both, or neither.',
  });

export class NotifierConfig extends Config(schema) {}

export interface SmtpSettings {
  host: string;
  port: number;
  secure: 'tls' | 'starttls' | 'none';
  from: string;
  login: { user: string; pass: string } | undefined;
}

export function smtpSettings(config: NotifierConfig): SmtpSettings | undefined {
  const { SMTP_HOST: host, SMTP_FROM: from, SMTP_USER: user, SMTP_PASSWORD: pass } = config;
  if (!host || !from) return undefined;
  const login = user && pass ? { user, pass } : undefined;
  return { host, port: config.SMTP_PORT, secure: config.SMTP_SECURE, from, login };
}

export function requireSmtp(refuse: Refuse<typeof smtpNotConfigured>, config: NotifierConfig): void {
  if (smtpSettings(config)) return;
  throw refuse(
    smtpNotConfigured,
    {},
    'Set SMTP_HOST and SMTP_FROM (see docs/notifications.md) and start Tidegate again.',
  );
}
