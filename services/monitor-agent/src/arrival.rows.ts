import type { Arrival } from '@tidegate/runtime/service';

export const arrival: Arrival = {
  instead: {
    server_leases: {
      holder: 'null',
      fence: '0',
      expires_at: "'-infinity'",
      sizes_due_at: "'-infinity'",
      texts_due_at: "'-infinity'",
    },
  },
};
