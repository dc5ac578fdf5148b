import { setTimeout } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';

/** A megabyte: of a million keys it lets two in a hundred strangers pass, of four million most. */
const BITS = 2 ** 23;
const HASHES = 5;
const PAGE = 10_000;
/** A key is seen once its transaction is over, which may be after some that began later: so many are read again. */
const AGAIN = 1_000;
const LOOK_EVERY_MS = 250;

/**
 * Which keys there may be: a Bloom filter of their hashes, so that a made-up key costs no look into the database. One
 * that is not in it may have been made a moment ago, elsewhere: what was made since the last look is read, once for all
 * who wait and at most four times a second, however many strangers come.
 */
@Injectable()
export class KnownKeys implements OnApplicationBootstrap {
  private readonly bits = new Uint32Array(BITS / 32);
  private newest = 0;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private running: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;

  constructor(private readonly tenants: TenantDatabase) {}

  onApplicationBootstrap(): Promise<void> {
    return this.look();
  }

  /** False: it does not exist. True: ask. */
  async mayExist(keyHash: string): Promise<boolean> {
    if (this.has(keyHash)) return true;
    this.next ??= this.lookNext();
    await this.next;
    return this.has(keyHash);
  }

  /** A look that begins after everybody who waits for it has come: what was made before then is in it. */
  private async lookNext(): Promise<void> {
    await this.running;
    await setTimeout(Math.max(0, this.lookedAt + LOOK_EVERY_MS - performance.now()));
    this.next = undefined;
    const look = this.look();
    this.running = look.catch(() => undefined);
    return look;
  }

  private async look(): Promise<void> {
    this.lookedAt = performance.now();
    let after = this.newest - AGAIN;
    for (let rows = PAGE; rows === PAGE; ) {
      const found = await this.tenants
        .reader({ system: 'forget-ended' })
        .query<{ hash: string; made: string }>(
          `select key_hash as hash, made from api_keys where made > $1 order by made limit ${PAGE}`,
          [after],
        );
      for (const { hash } of found) this.add(hash);
      after = Number(found.at(-1)?.made ?? after);
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
