import type { Arrival } from '@tidegate/runtime/service';

export const arrival: Arrival = {
  instead: {
    // Newer than what is known here of any member, or others would ignore the next change.
    members: { version: "nextval('member_versions')" },
    // A name belongs to whom its name server says so to this installation: it leads here once it was looked for again.
    organisation_domains: { proven_at: 'null', missing_since: 'null', checked_at: 'null' },
    // Who of the other operator's people it was is nobody here.
    audit_entries: { operator_id: 'null' },
    organisation_mail_senders: { reply_proven_at: 'null' },
  },
};
