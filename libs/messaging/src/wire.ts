import type { ProblemDocument } from '@tidegate/contracts/kernel/problem';

/** What travels on `rpc.<service>.<operation>`. One JSON text: parsing NATS headers would cost more than the body. */
export interface Request {
  /** Signed caller token. */
  caller: string;
  /** The calling process; secrets of the answer are sealed for it. */
  from: string;
  /** For how many milliseconds the caller waits for the answer. An instant would need equal clocks. */
  within: number;
  /** W3C traceparent. */
  trace?: string;
  /** Idempotency key of a writing operation. */
  key?: string;
  /** Only the earlier answer to the request with this key; nothing is executed. */
  recall?: true;
  input: unknown;
}

export type Reply = { output: unknown } | { problem: ProblemDocument };

export const encode = (message: Request | Reply): Uint8Array => Buffer.from(JSON.stringify(message));
export const textOf = (data: Uint8Array): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString();
export const decode = <T>(data: Uint8Array): T => JSON.parse(textOf(data)) as T;

/** Larger messages than this are refused by nats-server (its default max_payload). */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** The largest data of an event, so that it fits with its envelope and headers. */
export const MAX_EVENT_BYTES = MAX_MESSAGE_BYTES - 16 * 1024;
