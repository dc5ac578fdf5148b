import { type Exported, STAYS, UPKEEP } from '../kernel/exported.ts';

/** Quantities are stored as whole numbers of 10 to the power of -decimals of a unit. */
const METER = { table: 'meters', by: 'meter', key: 'meter', columns: 'unit decimals' };

export const exported: Exported = {
  tables: {
    usage_hours: { columns: 'meter hour quantity events', beside: METER },
    usage_label_hours: { columns: 'meter hour labels quantity events', beside: METER },
    usage_origin_hours: { columns: 'meter hour origin quantity events', beside: METER },
    usage_sources: { columns: 'meter source since' },
    usage_balances: { columns: 'meter period_start used', beside: METER },
    usage_gauges: {
      columns: 'meter series at value until_at voided source id received_at',
      without: { internal: 'key area' },
      beside: METER,
    },
    usage_series: { columns: 'meter series name labels first_at', without: { internal: 'live_until' } },
    usage_aggregates: {
      columns: 'meter window_start window_end value at',
      without: { internal: 'hash' },
      beside: METER,
    },
    usage_values: {
      columns: 'meter window_start window_end at value voided',
      without: { internal: 'key hash n' },
      beside: METER,
    },
    usage_corrections: {
      columns: 'number source id action quantity reason corrected_at',
      without: { internal: 'key', operator: 'corrected_by' },
    },
    usage_backfills: {
      columns:
        'id meter source from_at until_at mode state reason created_at applied_at reverted_at revert_reason events preview',
      without: { operator: 'created_by applied_by reverted_by' },
    },
    usage_backfill_changes: {
      columns: 'backfill_id source id at labels before after',
      without: { internal: 'key' },
    },
    quota_alerts: { columns: 'meter period_start percent quota used reached_at', beside: METER },
    credit_grants: {
      columns: 'id meter name amount drawn priority free rollover from_at until_at given_at',
      beside: METER,
    },
    credit_draws: { columns: 'grant_id meter at quantity', beside: METER },
    rollovers: { columns: 'meter start_at stop_at quota most periods', without: { internal: 'check_at' } },
    rejected_events: { columns: 'code message payload times first_at last_at', without: { internal: 'content_hash' } },
  },
  without: {
    data_keys: UPKEEP.data_keys,
    idempotency_keys: UPKEEP.idempotency_keys,
    entitlement_snapshots: UPKEEP.entitlements,
    credit_watches: 'a copy of what billing exports',
    gauge_watches: 'when a gauge is looked at again',
    leases: 'what is lent for a minute, and what is held',
    quotas: 'a copy of what billing exports',
    usage_events:
      'the last 35 days one by one: GET /api/v1/usage/events lists them; what they add up to is exported by hour',
    usage_identities: 'by which an event is recognised that comes again',
    usage_origins: 'an index of what usage_origin_hours names',
    usage_labels: 'an index of what usage_label_hours names',
  },
  moves: {
    tables:
      'entitlement_snapshots quotas credit_grants credit_draws credit_watches rollovers usage_sources ' +
      'usage_series usage_gauges gauge_watches usage_aggregates usage_values usage_balances usage_hours ' +
      'usage_label_hours usage_origin_hours usage_labels usage_origins usage_events usage_identities ' +
      'usage_corrections usage_backfills usage_backfill_changes quota_alerts rejected_events',
    queues: '',
    stays: {
      ...STAYS,
      leases: 'lent to gateways and clients of this installation, for minutes',
    },
  },
};
