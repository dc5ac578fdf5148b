import type { Arrival } from '@tidegate/runtime/service';

export const arrival: Arrival = { instead: { delivery_queue: { fence: '0' } } };
