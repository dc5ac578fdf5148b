import { type Exported, STAYS, UPKEEP } from '../kernel/exported.ts';

export const exported: Exported = {
  tables: {
    channels: {
      columns: 'id kind name target events state disabled_because receiver confirmed_at restricted created_at',
      without: {
        secret: 'secret url_sealed confirmation confirmation_hash unsubscribe unsubscribe_hash',
        internal: 'confirmation_until',
      },
    },
    deliveries: {
      columns: 'id channel_id event body state attempts last_error last_status next_attempt_at created_at delivered_at',
    },
    happenings: {
      columns: 'id kind at first_at count thing_id name amount currency detail',
      without: { internal: 'merged_as' },
    },
  },
  without: {
    ...UPKEEP,
    earlier_secrets: 'secrets that still sign for a while',
    owners: 'a copy of what identity exports',
  },
  moves: {
    tables: 'entitlements channels deliveries earlier_secrets happenings owners',
    queues: 'delivery_queue',
    stays: {
      ...STAYS,
    },
  },
};
