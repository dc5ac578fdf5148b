import type { ProblemDocument } from '@tidegate/contracts/kernel/problem';

/** What travels on `rpc.<service>.<operation>`. One JSON text: parsing NATS headers would cost more than the body. */
export interface Request {
  /** Signed caller token. */
  caller: string;
  /** The process that asks; secrets of the answer are sealed for it. */
  from: string;
  /** Epoch milliseconds after which nobody waits for the answer. */
  deadline: number;
  /** W3C traceparent. */
  trace?: string;
  /** Idempotency key of a writing operation. */
  key?: string;
  input: unknown;
}

export type Reply = { output: unknown } | { problem: ProblemDocument };

export const encode = (message: Request | Reply): Uint8Array => Buffer.from(JSON.stringify(message));
export const textOf = (data: Uint8Array): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString();
export const decode = <T>(data: Uint8Array): T => JSON.parse(textOf(data)) as T;

/** Larger messages than this are refused by nats-server (its default max_payload). */
export const MAX_MESSAGE_BYTES = 1024 * 1024;
