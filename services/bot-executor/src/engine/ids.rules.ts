import { createHash } from 'node:crypto';

/* Ids follow from what they name, so that deciding again names the same things. */

export const tradeId = (botId: string, number: number): string => deterministicId(`${botId} trade ${number}`);
export const orderId = (botId: string, key: string): string => deterministicId(`${botId} order ${key}`);

/** A uuid of version 8 (RFC 9562 5.8) from a text. */
function deterministicId(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
