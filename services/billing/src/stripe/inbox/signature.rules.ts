import { createHmac, timingSafeEqual } from 'node:crypto';
import { readSignature } from '@tidegate/contracts/billing/webhook-signature';

/** Whether the body, byte for byte, was signed by one of the secrets about now. */
export function isSigned(body: Uint8Array, header: string, secrets: readonly string[], nowMs: number): boolean {
  const given = readSignature(header, nowMs);
  if (!given) return false;
  const signatures = given.signatures.map((signature) => Buffer.from(signature, 'hex'));
  return secrets.some((secret) => {
    const expected = createHmac('sha256', secret).update(`${given.time}.`).update(body).digest();
    return signatures.some((signature) => timingSafeEqual(signature, expected));
  });
}
