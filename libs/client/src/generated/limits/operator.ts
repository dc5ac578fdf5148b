/* Made from the contracts by `npm run generate`: do not edit. */

const PATTERN_1 = /^[a-z][a-z0-9_-]{0,62}$/;

const PATTERN_2 = /^[A-Za-z0-9._:-]{1,100}$/;

const PATTERN_3 = /^[a-z][a-z0-9_]{0,62}$/;

const PATTERN_4 = /^[^\u0000-\u001f\u007f-\u009f]*$/;

const PATTERN_5 = /^[A-Z]{3}$/;

const PATTERN_6 = /^[a-z][a-z0-9_-]{0,62}\.[a-z][a-z0-9_-]{0,62}$/;

const PATTERN_7 = /^[A-Za-z0-9_]{1,255}$/;

const PATTERN_8 = /^[A-Za-z0-9_-]{1,100}$/;

const PATTERN_9 = /^[0-9A-Za-z]{10}$/;

export const couponsEnd = {
  coupon: { kind: "text", patterns: [{ is: PATTERN_1 }], required: true },
  reason: { kind: "text", max: 500 },
} as const;

export const couponsGive = {
  product: { kind: "text", patterns: [{ is: PATTERN_1, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  coupon: { kind: "text", patterns: [{ is: PATTERN_1 }], required: true },
  reason: { kind: "text", min: 1, max: 500, required: true },
} as const;

export const creditsEnd = {
  reason: { kind: "text", max: 500 },
} as const;

export const creditsGive = {
  creditKey: { kind: "text", patterns: [{ is: PATTERN_2 }], required: true },
  package: { kind: "text", patterns: [{ is: PATTERN_1, says: "lower-case letters, digits, - and _, beginning with a letter" }] },
  feature: { kind: "text", patterns: [{ is: PATTERN_3, says: "lower-case letters, digits and underscores, beginning with a letter" }] },
  amount: { kind: "integer", min: 1, max: 9007199254740991 },
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character" },
  until: { kind: "instant" },
  priority: { kind: "integer", min: -1000, max: 1000 },
  source: { kind: "choice", choices: ["manual","promotion"] },
  reason: { kind: "text", min: 1, max: 500, required: true },
} as const;

export const disputesSettle = {
  disputeId: { kind: "text", max: 255, required: true },
  reason: { kind: "text", min: 1, max: 500, required: true },
} as const;

export const grantsCreate = {
  feature: { kind: "text", patterns: [{ is: PATTERN_3, says: "lower-case letters, digits and underscores, beginning with a letter" }], required: true },
  op: { kind: "choice", choices: ["set","add","max"] },
  value: { kind: "either", required: true, options: [{ kind: "integer", min: 0 }, { kind: "flag" }, { kind: "choice", choices: ["none","basic","premium","unlimited"] }] },
  from: { kind: "instant" },
  until: { kind: "instant" },
  source: { kind: "choice", choices: ["manual","promotion","trial"] },
  reason: { kind: "text", min: 1, max: 500, required: true },
} as const;

export const grantsDelete = {
  reason: { kind: "text", max: 500 },
} as const;

export const invoicesChargeOnce = {
  chargeKey: { kind: "text", min: 1, max: 100, patterns: [{ is: PATTERN_4 }], required: true },
  description: { kind: "text", min: 1, max: 200, patterns: [{ is: PATTERN_4 }], required: true },
  currency: { kind: "text", patterns: [{ is: PATTERN_5 }], required: true },
  amountMinor: { kind: "integer", min: -100000000000, max: 100000000000, required: true },
  reason: { kind: "text", min: 3, max: 300, patterns: [{ is: PATTERN_4, says: "a text without control characters" }], required: true },
  now: { kind: "flag" },
} as const;

export const invoicesCredit = {
  reason: { kind: "text", min: 3, max: 300, patterns: [{ is: PATTERN_4, says: "a text without control characters" }], required: true },
  creditKey: { kind: "text", min: 1, max: 100, patterns: [{ is: PATTERN_4 }], required: true },
  amountMinor: { kind: "integer", min: 1, max: 100000000000, required: true },
  refunded: { kind: "flag" },
} as const;

export const invoicesExtend = {
  reason: { kind: "text", min: 3, max: 300, patterns: [{ is: PATTERN_4, says: "a text without control characters" }], required: true },
  dueAt: { kind: "instant", required: true },
} as const;

export const invoicesPay = {
  reason: { kind: "text", min: 3, max: 300, patterns: [{ is: PATTERN_4, says: "a text without control characters" }], required: true },
} as const;

export const invoicesVoid = {
  reason: { kind: "text", min: 3, max: 300, patterns: [{ is: PATTERN_4, says: "a text without control characters" }], required: true },
} as const;

export const ordersDecide = {
  product: { kind: "text", patterns: [{ is: PATTERN_1, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  approve: { kind: "flag", required: true },
  reason: { kind: "text", max: 500 },
} as const;

export const plansApply = {
  yaml: { kind: "text", min: 1, max: 500000, required: true },
  expectedVersion: { kind: "integer", min: 0 },
} as const;

export const plansMove = {
  from: { kind: "text", patterns: [{ is: PATTERN_6, says: "a product and its plan, such as monitoring.pro" }], required: true },
  to: { kind: "text", patterns: [{ is: PATTERN_6, says: "a product and its plan, such as monitoring.pro" }] },
  at: { kind: "choice", choices: ["now","period_end"] },
  toVersion: { kind: "integer", min: 1 },
  dryRun: { kind: "flag" },
} as const;

export const stripePublishPrices = {
  dryRun: { kind: "flag" },
} as const;

export const stripeReplayEvent = {
  eventId: { kind: "text", patterns: [{ is: PATTERN_7 }], required: true },
} as const;

export const subscriptionsBeginBilling = {
  reason: { kind: "text", max: 500 },
} as const;

export const subscriptionsSet = {
  product: { kind: "text", patterns: [{ is: PATTERN_1, says: "lower-case letters, digits, - and _, beginning with a letter" }] },
  plan: { kind: "text", patterns: [{ is: PATTERN_1, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  interval: { kind: "choice", choices: ["month","year"] },
  addons: { kind: "list", max: 50 },
  'addons.*.addon': { kind: "text", patterns: [{ is: PATTERN_1, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  'addons.*.quantity': { kind: "integer", min: 1, max: 10000 },
  at: { kind: "choice", choices: ["now","period_end"] },
  status: { kind: "choice", choices: ["active","past_due","unpaid","paused","canceled"] },
  promotionCode: { kind: "text", patterns: [{ is: PATTERN_8 }] },
  reason: { kind: "text", max: 500 },
} as const;

export const serviceDeadLettersDiscard = {
  service: { kind: "choice", choices: ["identity","billing","usage","monitor-agent","bot-executor","notifier"], required: true },
  reason: { kind: "text", min: 1, max: 500, required: true },
} as const;

export const serviceDeadLettersReplay = {
  service: { kind: "choice", choices: ["identity","billing","usage","monitor-agent","bot-executor","notifier"], required: true },
} as const;

export const serviceKeysCreate = {
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character", required: true },
  scopes: { kind: "list", required: true, min: 1, max: 3, each: { kind: "choice", choices: ["usage:read","usage:write","billing:read"] } },
  expiresAt: { kind: "instant" },
} as const;

export const serviceKeysRevoke = {
  keyId: { kind: "text", patterns: [{ is: PATTERN_9, says: "a service key id" }], required: true },
} as const;

export const incidentsOpen = {
  title: { kind: "text", min: 1, max: 120, required: true },
  text: { kind: "text", min: 1, max: 2000, required: true },
  state: { kind: "choice", choices: ["investigating","identified","monitoring","resolved"] },
  components: { kind: "list", max: 6, each: { kind: "choice", choices: ["api","billing","usage","monitoring","trading","notifications"] } },
} as const;

export const incidentsUpdate = {
  state: { kind: "choice", choices: ["investigating","identified","monitoring","resolved"], required: true },
  text: { kind: "text", min: 1, max: 2000, required: true },
} as const;
