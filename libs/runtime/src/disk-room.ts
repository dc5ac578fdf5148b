import { statfs } from 'node:fs/promises';

/** `low`: the oldest samples go. `none`: nothing new is stored for customers either. */
export type Room = 'enough' | 'low' | 'none';

export interface RoomLimits {
  /** On whose disks PostgreSQL and nats-server keep their data. */
  folders: readonly string[];
  /** Percent of the disk that are free. */
  lowPercent: number;
  nonePercent: number;
}

/** A tenth of a large disk is much. */
const LOW_BYTES = 5 * 1024 ** 3;
const NONE_BYTES = 2 * 1024 ** 3;
const OLD_MS = 2_000;

/**
 * How much room the disk of the servers has. It is measured when somebody asks, in the background, so that who
 * asks never waits for a disk that hangs, and nothing is read while nobody works.
 */
export class DiskRoom {
  private last: Room = 'enough';
  private measuredAt = Number.NEGATIVE_INFINITY;
  private readonly limits: RoomLimits | undefined;

  /** `limits`: undefined where the servers are elsewhere, whose disks nobody here can see. */
  constructor(limits: RoomLimits | undefined) {
    this.limits = limits;
  }

  /** As last measured, which is a few seconds old while there is work. */
  get now(): Room {
    if (performance.now() - this.measuredAt > OLD_MS) void this.measure();
    return this.last;
  }

  async measure(): Promise<Room> {
    this.measuredAt = performance.now();
    const { limits } = this;
    if (!limits) return this.last;
    const rooms = await Promise.all(limits.folders.map((folder) => roomOf(folder, limits)));
    this.last = rooms.find((room) => room === 'none') ?? rooms.find((room) => room === 'low') ?? 'enough';
    return this.last;
  }
}

async function roomOf(folder: string, { lowPercent, nonePercent }: RoomLimits): Promise<Room> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    const isBelow = (percent: number, bytes: number) =>
      bavail * bsize < Math.min((percent / 100) * blocks * bsize, bytes);
    if (isBelow(nonePercent, NONE_BYTES)) return 'none';
    return isBelow(lowPercent, LOW_BYTES) ? 'low' : 'enough';
  } catch {
    // Not there yet, or not ours to see: its server will say what is wrong with it.
    return 'enough';
  }
}
