import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { GatewayConfig } from '../gateway.config.ts';
import { encodeNotes, isCalls, type LeaseNote, type Note } from './call-notes.rules.ts';
import { type Entry, toNote } from './tally.ts';
import { WriterLock } from './writer-lock.ts';

/*
 * API calls are on disk from before they are answered until their report is in the stream, so that a killed process
 * leaves none uncounted. One writer (this process) has a lock that ends with it, and segments
 * `<writer>-<number>.calls`. The segment's name is the name of the report, so that the same events are sent, by us or
 * after our death by another process.
 *
 *   nothing ──first call──► open: a line per turn of the event loop, written before that turn's answers leave
 *   open ──seal──► sent by UsageReports ──in the stream──► removed          (calls meanwhile go into the next segment)
 *   open ──large──► rewritten, with one line in place of many
 *   cannot be written ──► calls are answered and counted in memory; each second what is in memory is rewritten
 *
 * A write survives the process but not the machine: nothing is flushed to disk, which would cost a hundred times as
 * much. A power failure may lose the calls of the last second.
 */
export const SEGMENT = /^([0-9a-f]{32})-\d+\.calls$/;
const RETRY_MS = 1_000;
const LARGE_BYTES = 4_000_000;

@Injectable()
export class CallJournal {
  readonly folder: string;
  readonly writer = crypto.randomUUID().replaceAll('-', '');
  private sequence = 0;
  private snapshot: () => Note[] = () => [];
  private file: { fd: number; bytes: number; most: number } | undefined;
  private lock: WriterLock | undefined;
  private readonly waiting: Entry[] = [];
  private readonly leases: LeaseNote[] = [];
  private turn: { done: Promise<void>; resolve: () => void } | undefined;
  private failing = false;
  private retryAt = 0;
  private readonly unnoted;

  constructor(
    config: GatewayConfig,
    @Inject(SETTINGS) settings: Settings,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.folder = resolve(config.API_CALLS_DIR ?? join(settings.dataDir, 'api-calls'));
    this.unnoted = metrics.counter(
      'tidegate_api_calls_unnoted_total',
      'API calls that were answered while their journal could not be written: a kill would lose those not yet reported',
    );
    this.unnoted.inc(0);
  }

  /** The segment that is open; it becomes a file with its first note. */
  get segment(): string {
    return `${this.writer}-${this.sequence}`;
  }

  /** True when what is in memory is on disk as well. */
  get holds(): boolean {
    return !this.failing;
  }

  /** A new segment. `snapshot`: its whole content at any moment. */
  begin(snapshot: () => Note[]): void {
    this.close();
    this.sequence += 1;
    this.snapshot = snapshot;
    if (snapshot().length > 0) this.write([]);
  }

  /** One more call of this entry. It may be answered once the promise resolves. */
  add(entry: Entry): Promise<void> {
    entry.unnoted += 1;
    if (entry.unnoted === 1) this.waiting.push(entry);
    return this.soon();
  }

  /** A lease more. */
  hold(note: LeaseNote): Promise<void> {
    this.leases.push(note);
    return this.soon();
  }

  /** At the end of this turn of the event loop, so that many answers are one write. */
  soon(): Promise<void> {
    if (!this.turn) {
      const { promise: done, resolve } = Promise.withResolvers<void>();
      this.turn = { done, resolve };
      process.nextTick(() => this.flush());
    }
    return this.turn.done;
  }

  flush(): void {
    const entries = this.waiting.splice(0);
    const calls = entries.map((entry): Note => toNote(entry, entry.unnoted));
    const notes = this.leases.length > 0 ? [...this.leases.splice(0), ...calls] : calls;
    if (this.turn) this.write(notes);
    for (const entry of entries) entry.unnoted = 0;
    this.turn?.resolve();
    this.turn = undefined;
  }

  /** The open segment is empty. */
  clear(): void {
    if (!this.file) return;
    this.close();
    this.remove(this.segment);
  }

  /** Its content was reported, or it has none. */
  remove(segment: string): void {
    try {
      rmSync(this.path(segment), { force: true });
      rmSync(`${this.path(segment)}.new`, { force: true });
    } catch (error) {
      this.log.warn({ error, segment }, 'A reported segment of API calls cannot be removed; it will be reported again');
    }
  }

  /** What is left is for the process that finds it. */
  end(): void {
    this.flush();
    this.close();
    this.lock?.release();
    this.lock = undefined;
  }

  private path = (segment: string): string => join(this.folder, `${segment}.calls`);

  private write(notes: readonly Note[]): void {
    if (this.failing && performance.now() < this.retryAt) {
      this.countUnnoted(notes);
      return;
    }
    try {
      if (!this.file || this.file.bytes > this.file.most) this.writeAnew();
      else this.append(this.file, encodeNotes(notes));
      if (this.failing) this.log.info({ folder: this.folder }, 'The journal of API calls can be written again');
      this.failing = false;
    } catch (error) {
      this.close();
      this.countUnnoted(notes);
      this.retryAt = performance.now() + RETRY_MS;
      if (this.failing) return;
      this.failing = true;
      const text = 'The journal of API calls cannot be written: calls are answered and counted, and a kill loses those';
      this.log.error({ error, folder: this.folder }, `${text} of its last second. Fix: make room, or API_CALLS_DIR`);
    }
  }

  /** Beside the old file, which counts until the new one is complete. */
  private writeAnew(): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    if (!this.lock?.holds) {
      this.lock?.release();
      this.lock = new WriterLock(this.folder, this.writer);
    }
    this.close();
    const text = encodeNotes(this.snapshot());
    const path = this.path(this.segment);
    const file = { fd: openSync(`${path}.new`, 'w', 0o600), bytes: 0, most: LARGE_BYTES + 4 * text.length };
    this.file = file;
    this.append(file, text);
    renameSync(`${path}.new`, path);
  }

  private append(file: { fd: number; bytes: number }, text: string): void {
    const written = writeSync(file.fd, text, null, 'latin1');
    file.bytes += written;
    if (written < text.length) throw new Error(`Only ${written} of ${text.length} bytes could be written.`);
  }

  private countUnnoted(notes: readonly Note[]): void {
    this.unnoted.inc(notes.reduce((sum, note) => sum + (isCalls(note) ? note[3] : 0), 0));
  }

  private close(): void {
    const { file } = this;
    this.file = undefined;
    try {
      if (file) closeSync(file.fd);
    } catch (error) {
      this.log.warn({ error }, 'A segment of API calls could not be closed');
    }
  }
}
