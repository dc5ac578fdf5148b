export const SERVICE_NAMES = [
  'identity',
  'billing',
  'usage',
  'monitor-agent',
  'bot-executor',
  'notifier',
  'gateway',
] as const;

export type ServiceName = (typeof SERVICE_NAMES)[number];
