import type { MarketEvent, PlacedOrder, State } from './state.rules.ts';

export interface BookedFill {
  /** Without the order once it is complete. */
  state: State;
  /** With this fill. */
  order: PlacedOrder;
}

/** A report of the exchange, noted at its order. Undefined when it was reported before. */
export function bookFill(state: State, event: MarketEvent & { type: 'fill' }): BookedFill | undefined {
  const order = state.orders.find((one) => one.key === event.key);
  // The order is complete and gone, or it knows this report.
  if (!order || order.fills.includes(event.id)) return undefined;
  const now: PlacedOrder = {
    ...order,
    fills: [...order.fills, event.id],
    filled: { value: order.filled.value + event.ticks * event.lots, lots: order.filled.lots + event.lots },
  };
  if (now.filled.lots > now.lots) throw new Error(`${now.key} was filled beyond its quantity of ${now.lots} lots.`);
  const complete = now.filled.lots === now.lots;
  const orders = state.orders.flatMap((one) => (one !== order ? [one] : complete ? [] : [now]));
  return { state: { ...state, orders }, order: now };
}
