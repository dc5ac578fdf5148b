/** How much of the stream one process takes at a time. Settings of the platform (docs/configuration.md). */
export interface MessagingLimits {
  /** Events that a consumer requests at once. */
  fetch: number;
  /** Events of a consumer that are in memory before it requests more. */
  inFlight: number;
  /** How long the events of a process that died wait before another process publishes them. */
  outboxLeaseSeconds: number;
}

export const DEFAULT_MESSAGING_LIMITS: MessagingLimits = { fetch: 200, inFlight: 300, outboxLeaseSeconds: 5 };
