import type { accessRevoked } from '@tidegate/contracts/identity/tokens';
import type { EventData } from '@tidegate/contracts/kernel/event';
import type { Principal } from '../kernel/principal.ts';

interface Entry {
  at: number;
  version: number | undefined;
}

/** What was revoked recently, in whatever order and however often it was received. */
export class Revoked {
  private readonly entries = new Map<string, Entry>();

  /** The key of the entry; undefined when it was already known. */
  note({ kind, id, at: text, version }: EventData<typeof accessRevoked>): string | undefined {
    const key = `${kind}:${id}`;
    const at = Date.parse(text);
    const known = this.entries.get(key);
    // Clocks of replicas differ, and two changes may fall into one millisecond: versions say which is newer.
    if (known && known.at >= at && (known.version ?? 0) >= (version ?? 0)) return undefined;
    const versions = [known?.version, version].filter((one) => one !== undefined);
    this.entries.set(key, {
      at: Math.max(at, known?.at ?? 0),
      version: versions.length > 0 ? Math.max(...versions) : undefined,
    });
    return key;
  }

  has({ caller, issuedAt, memberVersion }: Principal): boolean {
    if (this.entries.size === 0) return false;
    // A session, key or organisation that ended never returns, so its entry holds whatever the time. A person may
    // get new rights, so there only what carries an older membership counts, and of all their sessions what was issued
    // before.
    const key = caller.kind === 'service_key' ? 'service_key' : 'api_key';
    const gone = [`session:${caller.sessionId}`, `${key}:${caller.keyId}`, `organisation:${caller.orgId}`];
    if (gone.some((key) => this.entries.has(key))) return true;
    if ((this.entries.get(`user:${caller.userId}`)?.at ?? 0) >= issuedAt) return true;
    const member = this.entries.get(`member:${caller.orgId}:${caller.userId}`);
    if (!member) return false;
    if (member.version === undefined || memberVersion === undefined) return member.at >= issuedAt;
    return memberVersion < member.version;
  }

  evict(before: number): void {
    for (const [key, { at }] of this.entries) if (at < before) this.entries.delete(key);
  }
}
