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

/** Those with a schema of their own. */
export type StoringService = Exclude<ServiceName, 'gateway'>;
export const STORING_SERVICES = SERVICE_NAMES.filter((name) => name !== 'gateway') as [
  StoringService,
  ...StoringService[],
];
