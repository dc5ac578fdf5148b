export interface StreamMessage {
  seq: number;
  /** When the stream stored it. */
  time: Date;
  subject: string;
  string(): string;
}

export interface StreamMessages extends AsyncIterable<StreamMessage> {
  stop(): void;
  close(): Promise<unknown>;
}

export interface StreamState {
  created: string;
  /** Sequence numbers of the first and the last message. */
  first: number;
  last: number;
  messages: number;
}

/** The stream of usage as ingestion needs it; the module provides it over JetStream. */
export abstract class UsageStream {
  abstract state(): Promise<StreamState>;
  /** When the message with this number was stored, in epoch milliseconds; undefined when the stream does not have it. */
  abstract storedAt(sequence: number): Promise<number | undefined>;
  /** Messages from this number on, as they arrive, without acknowledgement. */
  abstract read(from: number): Promise<StreamMessages>;
}
