/* Made from the contracts by `npm run generate`: do not edit. */

const PATTERN_1 = /^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f]*$/;

const PATTERN_2 = /^[^\u0000-\u001f\u007f-\u009f]*$/;

const PATTERN_3 = /^[A-Z]{2}$/;

const PATTERN_4 = /^[a-z][a-z0-9_-]{0,62}$/;

const PATTERN_5 = /^[A-Za-z0-9._:-]{1,100}$/;

const PATTERN_6 = /^[A-Z]{3}$/;

const PATTERN_7 = /^[A-Za-z0-9_-]{1,100}$/;

const PATTERN_8 = /^cs_[A-Za-z0-9_]{1,250}$/;

const PATTERN_9 = /^[a-z][a-z0-9_]{0,62}$/;

export const billingDetailsSet = {
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character", required: true },
  address: { kind: "text", min: 1, max: 500, patterns: [{ is: PATTERN_1, says: "lines without control characters" }], required: true },
  taxId: { kind: "text", min: 1, max: 40, patterns: [{ is: PATTERN_2 }] },
  country: { kind: "text", patterns: [{ is: PATTERN_3, says: "a country by two capital letters, such as DE" }] },
} as const;

export const checkoutBuyPackage = {
  package: { kind: "text", patterns: [{ is: PATTERN_4, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  quantity: { kind: "integer", min: 1, max: 1000 },
  orderKey: { kind: "text", patterns: [{ is: PATTERN_5 }], required: true },
} as const;

export const checkoutCreate = {
  product: { kind: "text", patterns: [{ is: PATTERN_4, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  plan: { kind: "text", patterns: [{ is: PATTERN_4, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  interval: { kind: "choice", choices: ["month","year"] },
  currency: { kind: "text", patterns: [{ is: PATTERN_6 }] },
  addons: { kind: "list", max: 50 },
  'addons.*.addon': { kind: "text", patterns: [{ is: PATTERN_4, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  'addons.*.quantity': { kind: "integer", min: 1, max: 10000 },
  promotionCode: { kind: "text", patterns: [{ is: PATTERN_7 }] },
} as const;

export const checkoutFinish = {
  sessionId: { kind: "text", patterns: [{ is: PATTERN_8 }], required: true },
} as const;

export const codesEnter = {
  promotionCode: { kind: "text", patterns: [{ is: PATTERN_7 }], required: true },
} as const;

export const packagesOrder = {
  package: { kind: "text", patterns: [{ is: PATTERN_4, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  quantity: { kind: "integer", min: 1, max: 1000 },
  orderKey: { kind: "text", patterns: [{ is: PATTERN_5 }], required: true },
} as const;

export const portalCreate = {
  page: { kind: "choice", choices: ["home","payment_method"] },
} as const;

export const seatsFollow = {
  product: { kind: "text", patterns: [{ is: PATTERN_4, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  following: { kind: "flag", required: true },
  monthlyCapMinor: { kind: "integer", min: 0, max: 1000000000 },
} as const;

export const seatsPreview = {
  more: { kind: "integer", min: 1, max: 1000, required: true },
} as const;

export const subscriptionsCancel = {
  product: { kind: "text", patterns: [{ is: PATTERN_4, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  at: { kind: "choice", choices: ["now","period_end"] },
  reason: { kind: "text", max: 500 },
} as const;

export const subscriptionsChange = {
  product: { kind: "text", patterns: [{ is: PATTERN_4, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  plan: { kind: "text", patterns: [{ is: PATTERN_4, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  interval: { kind: "choice", choices: ["month","year"] },
  addons: { kind: "list", max: 50 },
  'addons.*.addon': { kind: "text", patterns: [{ is: PATTERN_4, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  'addons.*.quantity': { kind: "integer", min: 1, max: 10000 },
  at: { kind: "choice", choices: ["now","period_end"] },
  trial: { kind: "flag" },
  promotionCode: { kind: "text", patterns: [{ is: PATTERN_7 }] },
  reason: { kind: "text", max: 500 },
} as const;

export const subscriptionsPause = {
  product: { kind: "text", patterns: [{ is: PATTERN_4, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  reason: { kind: "text", max: 500 },
} as const;

export const subscriptionsPreview = {
  product: { kind: "text", patterns: [{ is: PATTERN_4, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  plan: { kind: "text", patterns: [{ is: PATTERN_4, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  interval: { kind: "choice", choices: ["month","year"] },
  addons: { kind: "list", max: 50 },
  'addons.*.addon': { kind: "text", patterns: [{ is: PATTERN_4, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  'addons.*.quantity': { kind: "integer", min: 1, max: 10000 },
  at: { kind: "choice", choices: ["now","period_end"] },
  promotionCode: { kind: "text", patterns: [{ is: PATTERN_7 }] },
} as const;

export const subscriptionsResume = {
  product: { kind: "text", patterns: [{ is: PATTERN_4, says: "lower-case letters, digits, - and _, beginning with a letter" }], required: true },
  reason: { kind: "text", max: 500 },
} as const;

export const topUpsSet = {
  feature: { kind: "text", patterns: [{ is: PATTERN_9, says: "lower-case letters, digits and underscores, beginning with a letter" }], required: true },
  enabled: { kind: "flag", required: true },
  package: { kind: "text", patterns: [{ is: PATTERN_4, says: "lower-case letters, digits, - and _, beginning with a letter" }] },
  threshold: { kind: "integer", min: 0, max: 9007199254740991 },
  monthlyCapMinor: { kind: "integer", min: 0, max: 1000000000 },
} as const;
