import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { asReadSecret, firstOf, type ReadSecret } from '@tidegate/vault/read-secret';
import type { OrganisationHost } from '../kernel/organisation-host.ts';

/*
 * Under an organisation's domain a browser sends its cookies to whatever the name leads to, and that the organisation
 * decides. So a token is sealed in there for that name, that organisation and that cookie: elsewhere, as a bearer token, at
 * another domain or in another cookie it opens nothing, and a token that was not sealed is none there.
 */
const IV_BYTES = 12;
const TAG_BYTES = 16;

export class CookieSeal {
  private readonly secret: ReadSecret;
  /** Of the secrets that count now: at most two. */
  private keys = new Map<string, Buffer>();

  /** `secret` is shared by all gateways. */
  constructor(secret: string | ReadSecret) {
    this.secret = asReadSecret(secret);
  }

  seal(token: string, host: OrganisationHost, cookie: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keyOf(this.secret()[0] ?? ''), iv).setAAD(about(host, cookie));
    const sealed = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, sealed, cipher.getAuthTag()]).toString('base64url');
  }

  /** Undefined for whatever was not sealed for this place. */
  open(text: string, host: OrganisationHost, cookie: string): string | undefined {
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined;
    return firstOf(this.secret, (secret) => {
      const decipher = createDecipheriv('aes-256-gcm', this.keyOf(secret), bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(about(host, cookie)).setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        // Forged, or of another place.
        return undefined;
      }
    });
  }

  private keyOf(secret: string): Buffer {
    const known = this.keys.get(secret);
    if (known) return known;
    const key = Buffer.from(hkdfSync('sha256', secret, '', 'cookies of organisations’ domains', 32));
    this.keys = new Map([...this.keys].slice(-1)).set(secret, key);
    return key;
  }
}

const about = ({ name, orgId }: OrganisationHost, cookie: string): Buffer => Buffer.from(`${name} ${orgId} ${cookie}`);
