/*
 * Changes to what a server said, at random and the same ones for the same seed: bits that flip, lengths and counts that
 * lie, messages that are missing, doubled, swapped, of another kind or cut off, and the same bytes in other pieces.
 */

/** What the server says each time that it is asked. */
export type Talk = Buffer[];
/** The same in the pieces in which it is sent. */
export type Pieces = Buffer[][];

type Random = (below: number) => number;
type Change = (messages: Buffer[], random: Random) => void;

const LENGTHS = [0, 1, 3, 4, 5, 6, 7, 255, 65_535, 1_048_577, 0x7f_ff_ff_ff, 0x80_00_00_00, 0xff_ff_ff_ff];
const COUNTS = [0, 1, 2, 3, 127, 128, 255, 1_000, 32_767, 32_768, 65_535];
const KINDS = 'RSKZENAGHWIstdcnTDC123v\0\xff';

const pick = <T>(random: Random, all: readonly T[]): T => all[random(all.length)] as T;
const any = (messages: Buffer[], random: Random): Buffer => pick(random, messages);

const CHANGES: readonly Change[] = [
  function flip(messages, random) {
    const one = any(messages, random);
    if (one.length === 0) return;
    const at = random(one.length);
    one[at] = (one[at] as number) ^ (1 << random(8));
  },
  function overwrite(messages, random) {
    const one = any(messages, random);
    one.fill(pick(random, [0, 1, 0x7f, 0x80, 0xff, 0x7b, 0x5b]), random(one.length), one.length);
  },
  function length(messages, random) {
    const one = any(messages, random);
    const own = one.length - 1;
    if (own >= 4) one.writeUInt32BE(random(2) ? pick(random, LENGTHS) : Math.max(0, own + random(7) - 3), 1);
  },
  function count(messages, random) {
    const one = any(messages, random);
    if (one.length >= 7) one.writeUInt16BE(pick(random, COUNTS), 5);
  },
  function inner(messages, random) {
    const one = any(messages, random);
    if (one.length >= 11) one.writeUInt32BE(pick(random, LENGTHS), 7 + random(one.length - 10));
  },
  function kind(messages, random) {
    any(messages, random)[0] = KINDS.charCodeAt(random(KINDS.length));
  },
  function truncate(messages, random) {
    const at = random(messages.length);
    messages[at] = (messages[at] as Buffer).subarray(0, random((messages[at] as Buffer).length));
    if (random(2)) messages.length = at + 1;
  },
  function shorten(messages, random) {
    // As it says: only its content lacks an end.
    const at = random(messages.length);
    const one = messages[at] as Buffer;
    if (one.length < 5) return;
    const cut = Buffer.from(one.subarray(0, 5 + random(one.length - 4)));
    cut.writeUInt32BE(cut.length - 1, 1);
    messages[at] = cut;
  },
  function drop(messages, random) {
    messages.splice(random(messages.length), 1);
  },
  function repeat(messages, random) {
    const one = any(messages, random);
    const times = pick(random, [1, 2, 400]);
    messages.splice(random(messages.length), 0, ...Array.from({ length: times }, () => Buffer.from(one)));
  },
  function swap(messages, random) {
    const [at, other] = [random(messages.length), random(messages.length)];
    [messages[at], messages[other]] = [messages[other] as Buffer, messages[at] as Buffer];
  },
  function noise(messages, random) {
    const bytes = Buffer.from(Array.from({ length: 1 + random(40) }, () => random(256)));
    messages.splice(random(messages.length), 0, bytes);
  },
];

/** One after the other until there were so many; each is another one. */
export function* conversations(talk: Talk, seed: number, most: number): Generator<Pieces> {
  for (let index = 0; index < most; index += 1) {
    const random = randomFrom(seed + index);
    const said = talk.map(messagesOf);
    for (let changes = 1 + random(3); changes > 0; changes -= 1) {
      const messages = said[random(said.length)];
      if (messages && messages.length > 0) pick(random, CHANGES)(messages, random);
    }
    yield said.map((messages) => inPieces(Buffer.concat(messages), random));
  }
}

export function messagesOf(said: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at < said.length; ) {
    const end = at + 1 + said.readUInt32BE(at + 1);
    messages.push(Buffer.from(said.subarray(at, end)));
    at = end;
  }
  return messages;
}

/** Whole mostly; sometimes in two, sometimes the first bytes one by one. */
function inPieces(bytes: Buffer, random: Random): Buffer[] {
  const how = random(10);
  if (how > 1 || bytes.length < 2) return [bytes];
  const cut = how === 0 ? 1 + random(bytes.length - 1) : Math.min(bytes.length, 40);
  const first = bytes.subarray(0, cut);
  return [...(how === 0 ? [first] : Array.from(first, (_, at) => first.subarray(at, at + 1))), bytes.subarray(cut)];
}

/** mulberry32 */
function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
