/** Reading DER (tag, length, content) of outsiders: every length is checked against what is there. */
export const SEQUENCE = 0x30;
export const OID = 0x06;

export interface Part {
  from: number;
  end: number;
}

/** The content of the part that begins where `within` does, if it is of this kind and lies within. */
export function part(raw: Buffer, tag: number, within: Part): Part | undefined {
  if (within.from + 2 > within.end || raw[within.from] !== tag) return undefined;
  let length = raw[within.from + 1] as number;
  let from = within.from + 2;
  if (length >= 0x80) {
    const bytes = length & 0x7f;
    if (bytes === 0 || bytes > 3 || from + bytes > within.end) return undefined;
    length = raw.readUIntBE(from, bytes);
    from += bytes;
  }
  return from + length <= within.end ? { from, end: from + length } : undefined;
}
