import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { Inject, Injectable } from '@nestjs/common';
import { USAGE_STREAM } from '@tidegate/contracts/usage/event';
import { NATS } from '@tidegate/runtime/host';
import { type StreamMessages, type StreamState, UsageStream } from './kernel/usage-stream.ts';

/** Two batches: what waits longer in memory is copied by the garbage collector again and again. */
const BUFFER_MESSAGES = 4_000;
/** The client also pauses for so long before it asks a server again that did not answer, however soon that is back. */
const PULL_MS = 4_000;

@Injectable()
export class JetStreamUsage extends UsageStream {
  private readonly nc: NatsConnection;

  constructor(@Inject(NATS) nc: NatsConnection) {
    super();
    this.nc = nc;
  }

  async state(): Promise<StreamState> {
    const { streams } = await jetstreamManager(this.nc, { checkAPI: false });
    const { created, state } = await streams.info(USAGE_STREAM);
    return { created, first: state.first_seq, last: state.last_seq, messages: state.messages };
  }

  async storedAt(sequence: number): Promise<number | undefined> {
    const { streams } = await jetstreamManager(this.nc, { checkAPI: false });
    return (await streams.getMessage(USAGE_STREAM, { seq: sequence }))?.time.getTime();
  }

  async read(from: number): Promise<StreamMessages> {
    const consumer = await jetstream(this.nc, { checkAPI: false }).consumers.get(USAGE_STREAM, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: from,
    });
    return consumer.consume({ max_messages: BUFFER_MESSAGES, expires: PULL_MS });
  }
}
