/** A place in the WAL: PostgreSQL writes it as `16/B374D848`, names of files have it as 16 digits. */
export function parseLsn(text: string): bigint {
  const [, high, low] = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text) ?? [];
  if (high === undefined || low === undefined) throw new Error(`"${text}" is no place in the WAL.`);
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

export const formatLsn = (lsn: bigint): string =>
  `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`;

export const segmentStart = (lsn: bigint, segmentBytes: bigint): bigint => lsn - (lsn % segmentBytes);

/** As PostgreSQL calls the file: timeline, and number of the segment in two halves. */
export function segmentName(timeline: number, lsn: bigint, segmentBytes: bigint): string {
  const perId = 0x100000000n / segmentBytes;
  const number = lsn / segmentBytes;
  return [BigInt(timeline), number / perId, number % perId]
    .map((part) => part.toString(16).toUpperCase().padStart(8, '0'))
    .join('');
}
