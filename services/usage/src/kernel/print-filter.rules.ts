/*
 * A set that may answer yes for what it does not hold, and never no for what it does: a Bloom filter in which all bits of
 * an entry lie in one line of the processor's cache (split blocks, as Parquet has them). It grows by parts, each four times
 * as large as the one before until LARGEST; what is oldest is evicted part by part. At 20 bits an entry a part is wrong
 * once in some thousand times.
 */
const BITS = 20;
const SMALLEST = 65_536;
const LARGEST = 8_388_608;
const WORDS = 8;
/** Odd numbers that spread the bits of a block's words, those of Parquet. */
const SALT = Uint32Array.of(
  0x47b6137b,
  0x44974d91,
  0x8824ad5b,
  0xa2b7289d,
  0x705495c7,
  0x2df1424b,
  0x9efc4947,
  0x5c6bfb31,
);

interface Part {
  words: Uint32Array;
  blocks: number;
  room: number;
  /** The newest generation in it. */
  generation: number;
}

export class PrintFilter {
  private parts: Part[] = [];

  /** All prints of a generation: eight bytes each. */
  add(generation: number, prints: Buffer): void {
    for (let at = 0; at + 8 <= prints.length; at += 8) {
      let part = this.parts.at(-1);
      if (!part || part.room === 0) part = this.grow();
      part.generation = generation;
      part.room -= 1;
      const org = prints.readUInt32BE(at);
      const key = prints.readUInt32BE(at + 4);
      const first = blockOf(org, key, part.blocks);
      const bits = mixed(org ^ Math.imul(key, 0x9e3779b1));
      for (let n = 0; n < WORDS; n += 1) {
        part.words[first + n] = (part.words[first + n] ?? 0) | bitOf(bits, n);
      }
    }
  }

  /** Whether what is named may be in it. */
  has(org: number, key: number): boolean {
    const bits = mixed(org ^ Math.imul(key, 0x9e3779b1));
    return this.parts.some(({ words, blocks }) => {
      const first = blockOf(org, key, blocks);
      for (let n = 0; n < WORDS; n += 1) {
        if (((words[first + n] ?? 0) & bitOf(bits, n)) === 0) return false;
      }
      return true;
    });
  }

  get isEmpty(): boolean {
    return this.parts.length === 0;
  }

  /** Generations before this one are gone. */
  evictBefore(generation: number): void {
    this.parts = this.parts.filter((part) => part.generation >= generation);
  }

  private grow(): Part {
    const last = this.parts.at(-1);
    const room = last ? Math.min(LARGEST, (last.blocks * WORDS * 32 * 4) / BITS) : SMALLEST;
    const blocks = Math.ceil((room * BITS) / (WORDS * 32));
    const part = { words: new Uint32Array(blocks * WORDS), blocks, room: Math.floor(room), generation: 0 };
    this.parts.push(part);
    return part;
  }
}

/** The bit of a block's word that stands for an entry. */
const bitOf = (bits: number, word: number): number => 1 << (Math.imul(bits, SALT[word] ?? 0) >>> 27);

/** The finaliser of MurmurHash3. */
function mixed(given: number): number {
  let hash = given ^ (given >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** The first word of the block: independent of the bits within it. */
function blockOf(org: number, key: number, blocks: number): number {
  const hash = mixed(key ^ Math.imul(org, 0x85ebca77)) >>> 0;
  return Math.floor((hash / 0x1_0000_0000) * blocks) * WORDS;
}
