import type { StreamInfo } from '@nats-io/jetstream';
import { Injectable } from '@nestjs/common';
import { newId } from '@tidegate/database/ids';
import { Tenants } from '@tidegate/database/tenants';
import { Log } from '@tidegate/telemetry/log';
import { releasePosition, savePosition, takePosition } from './ingest-position.rows.ts';

/** This replica's hold on the position in the stream of usage. */
@Injectable()
export class KeepPosition {
  private readonly holder = newId();

  constructor(
    private readonly tenants: Tenants,
    private readonly log: Log,
  ) {}

  /** The last message that is counted; 0 at the beginning of the stream. Undefined while another replica counts. */
  async take({ config, created, state }: StreamInfo): Promise<number | undefined> {
    const position = await this.tenants.as({}, (tx) => takePosition(tx, config.name, this.holder));
    if (!position) return undefined;
    const { streamCreated, sequence } = position;
    if (streamCreated === created && sequence <= state.last_seq) return sequence;
    if (streamCreated !== '') this.log.warn({ stream: config.name, sequence }, 'The stream was made anew: reading all');
    return 0;
  }

  /** False when another replica holds it. */
  save({ config, created }: StreamInfo, sequence: number): Promise<boolean> {
    return this.tenants.as({}, (tx) =>
      savePosition(tx, config.name, this.holder, { streamCreated: created, sequence }),
    );
  }

  /** At the end, saved and given away. What cannot be saved any more is read again. */
  async release(stream: StreamInfo, sequence: number): Promise<void> {
    try {
      if (await this.save(stream, sequence)) {
        await this.tenants.as({}, (tx) => releasePosition(tx, stream.config.name, this.holder));
      }
    } catch (error) {
      this.log.warn({ error }, 'The position in the stream of usage was not released and will expire');
    }
  }
}
