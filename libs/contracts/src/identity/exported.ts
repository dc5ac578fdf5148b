import { type Exported, STAYS, UPKEEP } from '../kernel/exported.ts';

export const exported: Exported = {
  tables: {
    organisations: { columns: 'name created_at created_by demo demo_until', without: { internal: 'plans' } },
    members: {
      columns: 'user_id role joined_at restricted',
      without: { internal: 'version' },
      beside: { table: 'users', by: 'user_id', key: 'id', columns: 'email name' },
    },
    invitations: {
      columns: 'id email role created_at expires_at invited_by invited_with_key',
      without: { secret: 'token_hash invited_hash' },
    },
    api_keys: {
      columns:
        'key_id name scopes only_kind only_id created_by created_at expires_at last_used_at replaced_by restricted',
      without: { secret: 'key_hash', internal: 'sequence' },
    },
    former_api_keys: { columns: 'key_id name ended_at' },
    audit_entries: {
      columns:
        'id at action actor_kind user_id user_name key_id key_name session_id address thing_kind thing_id thing_name changes refused missing_scope',
      without: { operator: 'operator_id' },
    },
    organisation_themes: { columns: 'name accent logo updated_at' },
    organisation_domains: {
      columns: 'id name created_at created_by proven_at missing_since',
      without: { internal: 'token checked_at' },
    },
    organisation_mail_senders: {
      columns: 'name address reply_to reply_proven_at updated_at',
      without: { secret: 'reply_token_hash', internal: 'reply_token_expires_at' },
    },
  },
  without: {
    ...UPKEEP,
    invitation_tokens: 'hashes of tokens that were mailed',
    organisation_exports: 'that it is being exported',
  },
  moves: {
    tables:
      'organisations members invitations invitation_tokens api_keys former_api_keys organisation_themes ' +
      'organisation_domains organisation_mail_senders entitlements audit_entries',
    queues: '',
    stays: {
      ...STAYS,
      organisation_exports: 'that it is being exported',
      demo_organisation: 'a demo is filled again and not moved',
    },
  },
};
