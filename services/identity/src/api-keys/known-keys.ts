import { setTimeout } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { readKeyHashes } from '../kernel/api-key.rows.ts';

/** A megabyte: with a million keys two in a hundred made-up ones pass, with four million most. */
const BITS = 2 ** 23;
const HASHES = 5;
const PAGE = 10_000;
/** A key is visible once its transaction has committed, maybe after later ones: so many are read again. */
const OVERLAP = 1_000;
const READ_EVERY_MS = 250;

/**
 * Which keys there may be: a Bloom filter of their hashes, so that a made-up key costs no query. One that is not in it
 * may have been created a moment ago by another replica: what is new since the last read is read, once for all who wait
 * and at most four times a second, however many made-up keys come.
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

  /** False: it does not exist. True: ask. */
  async mayExist(keyHash: string): Promise<boolean> {
    if (this.has(keyHash)) return true;
    this.next ??= this.readNext();
    await this.next;
    return this.has(keyHash);
  }

  /** A read that begins after everybody who waits for it has come: what was created before then is in it. */
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

/** The hash is SHA-256 in hex, so any part of it is as good as another hash function. */
const places = (keyHash: string): number[] =>
  Array.from({ length: HASHES }, (_, n) => Number.parseInt(keyHash.slice(n * 8, n * 8 + 8), 16) % BITS);
