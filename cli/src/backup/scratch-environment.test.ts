import { scratchEnvironment } from './scratch-environment.ts';

test('a platform that is only tried has its secrets, and nothing with which it could act outside', () => {
  const env = {
    PATH: '/bin',
    NOTIFIER_ENCRYPTION_KEY: 'k',
    NATS_GATEWAY_PASSWORD_FILE: '/run/secrets/x',
    DATABASE_URL: 'postgresql://live',
    NATS_URL: 'nats://live',
    SMTP_HOST: 'mail',
    SMTP_PASSWORD: 'x',
    STRIPE_SECRET_KEY: 'sk_live',
    BACKUP_PASSPHRASE: 'x',
    BACKUP_TO: '/backups',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector',
  };
  expect(Object.keys(scratchEnvironment(env)).sort()).toEqual([
    'NATS_GATEWAY_PASSWORD_FILE',
    'NOTIFIER_ENCRYPTION_KEY',
    'PATH',
  ]);
});
