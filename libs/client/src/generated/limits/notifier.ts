/* Made from the contracts by `npm run generate`: do not edit. */

const PATTERN_1 = /^(?:[A-Za-z0-9_'+\-]+\.)*[A-Za-z0-9_'+\-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$/;

const PATTERN_2 = /^[\w-]{32}$/;

export const channelsConfirm = {
  token: { kind: "text", min: 1, max: 200, required: true },
} as const;

export const channelsCreate = {
  kind: { kind: "choice", required: true, choices: ["email","webhook"], decides: true },
  address: { kind: "text", patterns: [{ is: PATTERN_1, format: "email" }], max: 254 },
  name: { kind: "text", min: 1, max: 100 },
  events: { kind: "list", min: 1, max: 10, each: { kind: "choice", choices: ["server.unreachable","trade.closed","bot.halted","quota.reached","invoice.due","plan.decided","plan.ordered","seats.stopped","top_up.stopped","payment.disputed"] } },
  url: { kind: "text", min: 1, max: 2000 },
} as const;

export const channelsRotateSecret = {
  overlapHours: { kind: "integer", min: 0, max: 168 },
} as const;

export const channelsUnsubscribe = {
  token: { kind: "text", patterns: [{ is: PATTERN_2, says: "the token of a mail" }], required: true },
} as const;

export const channelsUpdate = {
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character" },
  events: { kind: "list", min: 1, max: 10, each: { kind: "choice", choices: ["server.unreachable","trade.closed","bot.halted","quota.reached","invoice.due","plan.decided","plan.ordered","seats.stopped","top_up.stopped","payment.disputed"] } },
  state: { kind: "choice", choices: ["active","disabled"] },
} as const;
