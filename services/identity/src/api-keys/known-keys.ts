import { setTimeout } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { readKeyHashes } from '../kernel/api-key.rows.ts';

/** A megabyte: with a million keys 2 % of made-up ones pass, with four million most of them. */
const BITS = 2 ** 23;
const HASHES = 5;
const PAGE = 10_000;
/** A key becomes visible when its transaction commits, possibly after later ones: so many are read again. */
const OVERLAP = 1_000;
const READ_EVERY_MS = 250;

/**
 * A Bloom filter of the hashes of existing keys, so that a made-up key costs no query. A key that is not in it may just
 * have been created by another replica: then new keys are read, once for all waiting requests and at most four times a
 * second, however many made-up keys arrive.
 */
@Injectable()
export class KnownKeys implements OnApplicationBootstrap {
  private readonly bits = new Uint32Array(BITS / 32);
  private newest = 0;
  private readAt = Number.NEGATIVE_INFINITY;
  private running: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;

  constructor(private readonly tenants: TenantDatabase) {}

  onApplicationBootstrap(): Promise<void> {
    return this.read();
  }

  /** False: it does not exist. True: it may exist. */
  async mayExist(keyHash: string): Promise<boolean> {
    if (this.has(keyHash)) return true;
    this.next ??= this.readNext();
    await this.next;
    return this.has(keyHash);
  }

  /** A read that starts after all its waiters have arrived: it includes what was created before then. */
  private async readNext(): Promise<void> {
    await this.running;
    await setTimeout(Math.max(0, this.readAt + READ_EVERY_MS - performance.now()));
    this.next = undefined;
    const read = this.read();
    this.running = read.catch(() => undefined);
    return read;
  }

  private async read(): Promise<void> {
    this.readAt = performance.now();
    let after = this.newest - OVERLAP;
    for (let rows = PAGE; rows === PAGE; ) {
      const found = await readKeyHashes(this.tenants.reader({ system: 'known-keys' }), after, PAGE);
      for (const { hash } of found) this.add(hash);
      after = Number(found.at(-1)?.sequence ?? after);
      rows = found.length;
    }
    this.newest = Math.max(this.newest, after);
  }

  private add(keyHash: string): void {
    for (const at of places(keyHash)) this.bits[at >>> 5] = (this.bits[at >>> 5] as number) | (1 << (at & 31));
  }

  private has(keyHash: string): boolean {
    return places(keyHash).every((at) => ((this.bits[at >>> 5] as number) & (1 << (at & 31))) !== 0);
  }
}

/** The hash is SHA-256 in hex: parts of it serve as independent hash functions. */
const places = (keyHash: string): number[] =>
  Array.from({ length: HASHES }, (_, n) => Number.parseInt(keyHash.slice(n * 8, n * 8 + 8), 16) % BITS);
