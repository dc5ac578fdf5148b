import { type Exported, STAYS, UPKEEP } from '../kernel/exported.ts';

const MEASURED =
  'what was measured of a watched server, packed: its pages and lists show it for as long as the plan keeps it';
const COUNTING = 'from where counters are counted on';

export const exported: Exported = {
  tables: {
    servers: {
      columns:
        'id name host port database_name user_name tls_mode tls_ca platform state state_since failure_code facts report ' +
        'uncollected certificate_until restricted last_collected_at created_at updated_at',
      without: { secret: 'password client_certificate', internal: 'removed_at' },
    },
    server_annotations: { columns: 'server_id seen_at kind at set_back' },
    server_notes: { columns: 'server_id id at text person_id created_at' },
    dismissed_findings: { columns: 'server_id finding reason person_id dismissed_at' },
    server_hours: {
      columns:
        'server_id taken_at span_us statement_span_us snapshots commits rollbacks rows_read rows_written blocks_hit blocks_read ' +
        'temp_files temp_bytes deadlocks calls call_us wal_bytes active_sum active_max waiting_max idle_in_transaction_max ' +
        'sessions_max longest_transaction_us bytes transaction_age',
      without: { internal: 'in_day' },
    },
    table_sizes: { columns: 'server_id database_oid oid day heap_bytes index_bytes live_rows dead_rows' },
    databases: {
      columns: 'server_id oid name connections transaction_age bytes reset_at gone_at',
      without: { internal: 'counters' },
    },
    tables: {
      columns:
        'server_id database_oid oid database_name schema_name name kind root_oid estimated_rows live_rows dead_rows ' +
        'last_vacuum_at last_analyze_at heap_bytes index_bytes gone_at',
      without: { internal: 'counters size_stale' },
    },
    indexes: {
      columns:
        'server_id database_oid oid table_oid root_oid database_name schema_name table_name name method columns is_unique ' +
        'is_primary is_valid is_partitioned bytes facts first_seen_at last_scan_at gone_at',
      without: { internal: 'counters is_building' },
    },
    statements: {
      columns:
        'server_id statement_id database_oid role_oid query_id toplevel database_name role_name text text_truncated query_key ' +
        'first_seen_at gone_at',
    },
    blocking_incidents: {
      columns:
        'server_id started_at last_seen_at ongoing root_pid prepared_transaction database_name role_name application state ' +
        'text most_blocked deepest longest_wait_seconds',
      without: { internal: 'root_key' },
    },
    wraparound_samples: {
      columns: 'server_id taken_at next_xid next_multixact databases holders settings',
      without: { internal: 'identity' },
    },
  },
  without: {
    ...UPKEEP,
    activity_samples: MEASURED,
    aged_tables: MEASURED,
    database_rollups: MEASURED,
    database_samples: MEASURED,
    index_judgements: 'what was found about indexes the last time: servers.index-findings says it',
    index_rollups: MEASURED,
    index_samples: MEASURED,
    server_days: 'server_hours added up by the day',
    server_minutes: 'the last days of what server_hours says, minute by minute',
    statement_chunks: MEASURED,
    statement_hour_chunks: MEASURED,
    statement_months: MEASURED,
    statement_rollups: MEASURED,
    statement_samples: MEASURED,
    standing_findings: 'what is wrong now: blocking_incidents and server_hours say it as well',
    table_rollups: MEASURED,
    wait_rollups: MEASURED,
    table_samples: MEASURED,
    relation_rollup_ranges: 'how far databases, tables and indexes have been added up',
    wait_rollup_ranges: 'how far looks at sessions have been added up',
    query_keys: 'by which a statement is recognised on another server',
    relation_snapshots: COUNTING,
    server_epochs: COUNTING,
    statement_counters: COUNTING,
    statement_snapshots: COUNTING,
  },
  moves: {
    tables:
      'entitlements servers server_annotations server_notes dismissed_findings server_minutes server_hours ' +
      'server_days server_epochs table_sizes databases tables indexes statements query_keys ' +
      'statement_counters statement_snapshots statement_samples statement_hour_chunks statement_chunks ' +
      'statement_rollups statement_months activity_samples aged_tables blocking_incidents database_samples ' +
      'database_rollups table_samples table_rollups index_samples index_rollups wait_rollups relation_snapshots ' +
      'relation_rollup_ranges wait_rollup_ranges wraparound_samples standing_findings index_judgements',
    queues: 'server_leases server_removals',
    stays: {
      ...STAYS,
      platform_offers: 'which organisation was offered the server of this installation',
    },
  },
};
