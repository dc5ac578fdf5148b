/* Made from the contracts by `npm run generate`: do not edit. */

const PATTERN_1 = /^[a-z][a-z0-9_]{0,62}$/;

const PATTERN_2 = /^[^\u0000-\u001f\u007f-\u009f]*$/;

const PATTERN_3 = /^(0|[1-9]\d{0,9})(\.\d{1,20})?$/;

const PATTERN_4 = /^(UTC|[A-Z][A-Za-z_]+(\/[A-Z][A-Za-z_+-]*\d*)+)$/;

const PATTERN_5 = /^[\w.-]+\/([\w.-]+\+)?json\s*(;.*)?$/i;

export const backfillsPreview = {
  meter: { kind: "text", patterns: [{ is: PATTERN_1, says: "lower-case letters, digits and underscores, beginning with a letter" }], required: true },
  source: { kind: "text", min: 1, max: 250, patterns: [{ is: PATTERN_2, says: "a text without control characters" }] },
  from: { kind: "instant", required: true },
  to: { kind: "instant", required: true },
  mode: { kind: "choice", choices: ["add","replace"], required: true },
  events: { kind: "list", required: true, max: 5000 },
  'events.*.id': { kind: "text", min: 1, max: 200, patterns: [{ is: PATTERN_2, says: "a text without control characters" }], required: true },
  'events.*.quantity': { kind: "either", options: [{ kind: "number", min: 0, max: 1000000000 }, { kind: "text", patterns: [{ is: PATTERN_3, says: "a decimal number such as \"12.5\", without exponent" }] }] },
  'events.*.value': { kind: "text", min: 1, max: 200 },
  'events.*.time': { kind: "instant", required: true },
  reason: { kind: "text", min: 1, max: 500, required: true },
} as const;

export const backfillsRevert = {
  reason: { kind: "text", min: 1, max: 500, required: true },
} as const;

export const entitlementsCheck = {
  feature: { kind: "text", patterns: [{ is: PATTERN_1, says: "lower-case letters, digits and underscores, beginning with a letter" }], required: true },
  quantity: { kind: "either", options: [{ kind: "number", min: 0, max: 1000000000 }, { kind: "text", patterns: [{ is: PATTERN_3, says: "a decimal number such as \"12.5\", without exponent" }] }] },
  used: { kind: "integer", min: 0 },
  level: { kind: "choice", choices: ["none","basic","premium","unlimited"] },
  'hold.key': { kind: "text", min: 1, max: 100, required: true },
  'hold.ttlSeconds': { kind: "integer", min: 1, max: 86400 },
} as const;

export const holdsCommit = {
  quantity: { kind: "integer", min: 0, max: 1000000000 },
} as const;

export const settingsSet = {
  timeZone: { kind: "text", max: 60, patterns: [{ is: PATTERN_4, says: "a zone such as Europe/Berlin, or UTC" }], required: true },
} as const;

export const usageCorrect = {
  source: { kind: "text", min: 1, max: 250, patterns: [{ is: PATTERN_2, says: "a text without control characters" }] },
  id: { kind: "text", min: 1, max: 200, patterns: [{ is: PATTERN_2, says: "a text without control characters" }], required: true },
  action: { kind: "choice", choices: ["void","amend"], required: true },
  quantity: { kind: "either", options: [{ kind: "number", min: 0, max: 1000000000 }, { kind: "text", patterns: [{ is: PATTERN_3, says: "a decimal number such as \"12.5\", without exponent" }] }] },
  value: { kind: "text", min: 1, max: 200 },
  reason: { kind: "text", min: 1, max: 500, required: true },
} as const;

export const usageIngest = {
  events: { kind: "list", required: true, min: 1, max: 1000 },
  'events.*.id': { kind: "text", min: 1, max: 200, patterns: [{ is: PATTERN_2, says: "a text without control characters" }] },
  'events.*.source': { kind: "text", min: 1, max: 250, patterns: [{ is: PATTERN_2, says: "a text without control characters" }] },
  'events.*.meter': { kind: "text", patterns: [{ is: PATTERN_1, says: "lower-case letters, digits and underscores, beginning with a letter" }] },
  'events.*.quantity': { kind: "either", options: [{ kind: "number", min: 0, max: 1000000000 }, { kind: "text", patterns: [{ is: PATTERN_3, says: "a decimal number such as \"12.5\", without exponent" }] }] },
  'events.*.value': { kind: "text", min: 1, max: 200 },
  'events.*.time': { kind: "instant" },
  'events.*.series': { kind: "text", max: 200 },
  'events.*.until': { kind: "instant" },
  'events.*.specversion': { kind: "choice", choices: ["1.0"] },
  'events.*.type': { kind: "text", patterns: [{ is: PATTERN_1, says: "lower-case letters, digits and underscores, beginning with a letter" }] },
  'events.*.subject': { kind: "text", max: 250 },
  'events.*.datacontenttype': { kind: "text", patterns: [{ is: PATTERN_5, says: "JSON" }] },
  force: { kind: "flag" },
} as const;

export const usageReturnLease = {
  spent: { kind: "integer", min: 0, max: 1000000, required: true },
} as const;

export const usageTakeLease = {
  meter: { kind: "text", patterns: [{ is: PATTERN_1, says: "lower-case letters, digits and underscores, beginning with a letter" }], required: true },
  want: { kind: "integer", min: 1, max: 1000000, required: true },
  whole: { kind: "flag" },
  holderId: { kind: "text", min: 1, max: 100, required: true },
  leaseKey: { kind: "text", min: 1, max: 100, required: true },
  ttlSeconds: { kind: "integer", min: 1, max: 86400 },
} as const;
