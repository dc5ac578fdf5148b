/* Made from the contracts by `npm run generate`: do not edit. */

const PATTERN_1 = /^-?\d{1,40}(\.\d{1,40})?$/;

const PATTERN_2 = /^(?=.*[1-9])\d{1,40}(\.\d{1,40})?$/;

const PATTERN_3 = /^\d{1,12}(\.\d{1,8})?$/;

const PATTERN_4 = /^\d{1,4}(\.\d{1,6})?$/;

const PATTERN_5 = /^\d{1,2}(\.\d{1,6})?$/;

const PATTERN_6 = /^\d{1,2}(\.\d{1,2})?$/;

const PATTERN_7 = /^\d{1,3}(\.\d{1,2})?$/;

const PATTERN_8 = /^-?\d(\.\d{1,4})?$/;

const PATTERN_9 = /^(Z|UTC|[+-](0\d|1[0-4]):?[0-5]\d)$/;

const PATTERN_10 = /^[A-Z0-9][A-Z0-9._-]{1,19}$/;

const PATTERN_11 = /^[A-Z0-9]{1,10}$/;

const PATTERN_12 = /^\d{1,9}(\.\d{1,8})?$/;

const PATTERN_13 = /^\d{1,2}(\.\d{1,4})?$/;

export const backtestsCreate = {
  'settings.strategy': { kind: "choice", choices: ["dca","martingale-ema"], decides: true },
  'settings.market': { kind: "text", required: true, min: 1, max: 20 },
  'settings.direction': { kind: "choice", required: true, choices: ["long","short"] },
  'settings.baseOrder': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  'settings.averagingOrders.count': { kind: "integer", min: 0, max: 200 },
  'settings.averagingOrders.size': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  'settings.averagingOrders.deviationPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.averagingOrders.stepScale': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_5, says: "at most 2 digits before the point and 6 after it" }] },
  'settings.averagingOrders.volumeScale': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_5, says: "at most 2 digits before the point and 6 after it" }] },
  'settings.averagingOrders.deviationFrom': { kind: "choice", choices: ["base","lastFill"] },
  'settings.averagingOrders.activeLimit': { kind: "integer", min: 1, max: 200 },
  'settings.takeProfit.percent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.takeProfit.basis': { kind: "choice", choices: ["average","base"] },
  'settings.takeProfit.includeFees': { kind: "flag" },
  'settings.takeProfit.steps': { kind: "list", max: 3 },
  'settings.takeProfit.steps.*.percent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.takeProfit.steps.*.sharePercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_6, says: "at most 2 digits before the point and 2 after it" }] },
  'settings.takeProfit.trailingPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.stopLoss.percent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.stopLoss.basis': { kind: "choice", choices: ["base","average","lastFill"] },
  'settings.stopLoss.breakEvenAtPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.stopLoss.timeoutSeconds': { kind: "integer", min: 1, max: 2592000 },
  'settings.cooldownSeconds': { kind: "integer", min: 1, max: 2592000 },
  'settings.maxTrades': { kind: "integer", min: 1, max: 1000000 },
  'settings.minPrice': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  'settings.maxPrice': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  'settings.futures.leverage': { kind: "text", required: true, patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_7, says: "at most 3 digits before the point and 2 after it" }] },
  'settings.futures.fundingRatePercent': { kind: "text", patterns: [{ is: PATTERN_8, says: "a percentage with at most 4 decimals, between -10 and 10" }] },
  'settings.futures.fundingEveryHours': { kind: "choice", choices: [1,2,4,8] },
  'settings.balance': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  'settings.openPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.maxMarginPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.closeAtReturnPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'feed.source': { kind: "choice", choices: ["bundled","imported"] },
  'feed.interval': { kind: "choice", choices: ["1m","5m","15m","30m","1h","4h","1d"] },
  'feed.from': { kind: "instant" },
  'feed.to': { kind: "instant" },
} as const;

export const backtestsRename = {
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character", required: true },
} as const;

export const botsCreate = {
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character", required: true },
  mode: { kind: "choice", choices: ["paper","testnet","mainnet"] },
  'settings.strategy': { kind: "choice", choices: ["dca","martingale-ema"], decides: true },
  'settings.market': { kind: "text", required: true, min: 1, max: 20 },
  'settings.direction': { kind: "choice", required: true, choices: ["long","short"] },
  'settings.baseOrder': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  'settings.averagingOrders.count': { kind: "integer", min: 0, max: 200 },
  'settings.averagingOrders.size': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  'settings.averagingOrders.deviationPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.averagingOrders.stepScale': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_5, says: "at most 2 digits before the point and 6 after it" }] },
  'settings.averagingOrders.volumeScale': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_5, says: "at most 2 digits before the point and 6 after it" }] },
  'settings.averagingOrders.deviationFrom': { kind: "choice", choices: ["base","lastFill"] },
  'settings.averagingOrders.activeLimit': { kind: "integer", min: 1, max: 200 },
  'settings.takeProfit.percent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.takeProfit.basis': { kind: "choice", choices: ["average","base"] },
  'settings.takeProfit.includeFees': { kind: "flag" },
  'settings.takeProfit.steps': { kind: "list", max: 3 },
  'settings.takeProfit.steps.*.percent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.takeProfit.steps.*.sharePercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_6, says: "at most 2 digits before the point and 2 after it" }] },
  'settings.takeProfit.trailingPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.stopLoss.percent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.stopLoss.basis': { kind: "choice", choices: ["base","average","lastFill"] },
  'settings.stopLoss.breakEvenAtPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.stopLoss.timeoutSeconds': { kind: "integer", min: 1, max: 2592000 },
  'settings.cooldownSeconds': { kind: "integer", min: 1, max: 2592000 },
  'settings.maxTrades': { kind: "integer", min: 1, max: 1000000 },
  'settings.minPrice': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  'settings.maxPrice': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  'settings.futures.leverage': { kind: "text", required: true, patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_7, says: "at most 3 digits before the point and 2 after it" }] },
  'settings.futures.fundingRatePercent': { kind: "text", patterns: [{ is: PATTERN_8, says: "a percentage with at most 4 decimals, between -10 and 10" }] },
  'settings.futures.fundingEveryHours': { kind: "choice", choices: [1,2,4,8] },
  'settings.balance': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  'settings.openPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.maxMarginPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.closeAtReturnPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'feed.source': { kind: "choice", choices: ["bundled","imported"] },
  'feed.interval': { kind: "choice", choices: ["1m","5m","15m","30m","1h","4h","1d"] },
  'feed.from': { kind: "instant" },
  'feed.candlesPerSecond': { kind: "integer", min: 1, max: 1000 },
} as const;

export const botsDuplicate = {
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character", required: true },
} as const;

export const botsStart = {
  resume: { kind: "choice", choices: ["fromNow","catchUp"] },
} as const;

export const botsStop = {
  openTrade: { kind: "choice", choices: ["finish","close"] },
} as const;

export const botsUpdate = {
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character" },
  'settings.strategy': { kind: "choice", choices: ["dca","martingale-ema"], decides: true },
  'settings.market': { kind: "text", required: true, min: 1, max: 20 },
  'settings.direction': { kind: "choice", required: true, choices: ["long","short"] },
  'settings.baseOrder': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  'settings.averagingOrders.count': { kind: "integer", min: 0, max: 200 },
  'settings.averagingOrders.size': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  'settings.averagingOrders.deviationPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.averagingOrders.stepScale': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_5, says: "at most 2 digits before the point and 6 after it" }] },
  'settings.averagingOrders.volumeScale': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_5, says: "at most 2 digits before the point and 6 after it" }] },
  'settings.averagingOrders.deviationFrom': { kind: "choice", choices: ["base","lastFill"] },
  'settings.averagingOrders.activeLimit': { kind: "integer", min: 1, max: 200 },
  'settings.takeProfit.percent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.takeProfit.basis': { kind: "choice", choices: ["average","base"] },
  'settings.takeProfit.includeFees': { kind: "flag" },
  'settings.takeProfit.steps': { kind: "list", max: 3 },
  'settings.takeProfit.steps.*.percent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.takeProfit.steps.*.sharePercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_6, says: "at most 2 digits before the point and 2 after it" }] },
  'settings.takeProfit.trailingPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.stopLoss.percent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.stopLoss.basis': { kind: "choice", choices: ["base","average","lastFill"] },
  'settings.stopLoss.breakEvenAtPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.stopLoss.timeoutSeconds': { kind: "integer", min: 1, max: 2592000 },
  'settings.cooldownSeconds': { kind: "integer", min: 1, max: 2592000 },
  'settings.maxTrades': { kind: "integer", min: 1, max: 1000000 },
  'settings.minPrice': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  'settings.maxPrice': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  'settings.futures.leverage': { kind: "text", required: true, patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_7, says: "at most 3 digits before the point and 2 after it" }] },
  'settings.futures.fundingRatePercent': { kind: "text", patterns: [{ is: PATTERN_8, says: "a percentage with at most 4 decimals, between -10 and 10" }] },
  'settings.futures.fundingEveryHours': { kind: "choice", choices: [1,2,4,8] },
  'settings.balance': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  'settings.openPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.maxMarginPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.closeAtReturnPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
} as const;

export const candlesBeginUpload = {
  market: { kind: "text", min: 1, max: 20, required: true },
  interval: { kind: "choice", choices: ["1m","5m","15m","30m","1h","4h","1d"], required: true },
  duplicates: { kind: "choice", choices: ["identical","refuse"] },
  rounding: { kind: "choice", choices: ["refuse","nearest"] },
  wrongRows: { kind: "choice", choices: ["refuse","skip"] },
  zone: { kind: "text", patterns: [{ is: PATTERN_9, says: "Z or an offset such as +02:00" }] },
  decimalMark: { kind: "choice", choices: ["auto","point","comma"] },
  sparse: { kind: "flag" },
} as const;

export const candlesDelete = {
  market: { kind: "text", min: 1, max: 20, required: true },
  interval: { kind: "choice", choices: ["1m","5m","15m","30m","1h","4h","1d"], required: true },
} as const;

export const candlesImport = {
  market: { kind: "text", min: 1, max: 20, required: true },
  interval: { kind: "choice", choices: ["1m","5m","15m","30m","1h","4h","1d"], required: true },
  csv: { kind: "text", min: 1, max: 850000, required: true },
  duplicates: { kind: "choice", choices: ["identical","refuse"] },
  rounding: { kind: "choice", choices: ["refuse","nearest"] },
  wrongRows: { kind: "choice", choices: ["refuse","skip"] },
  zone: { kind: "text", patterns: [{ is: PATTERN_9, says: "Z or an offset such as +02:00" }] },
  decimalMark: { kind: "choice", choices: ["auto","point","comma"] },
  sparse: { kind: "flag" },
} as const;

export const marketsCreate = {
  market: { kind: "text", patterns: [{ is: PATTERN_10, says: "2 to 20 capital letters, digits, points, dashes and underscores" }], required: true },
  base: { kind: "text", patterns: [{ is: PATTERN_11, says: "1 to 10 capital letters and digits" }], required: true },
  quote: { kind: "text", patterns: [{ is: PATTERN_11, says: "1 to 10 capital letters and digits" }], required: true },
  tickSize: { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_12, says: "at most 9 digits before the point and 8 after it" }], required: true },
  lotSize: { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_12, says: "at most 9 digits before the point and 8 after it" }], required: true },
  minQuantity: { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }], required: true },
  minNotional: { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }], required: true },
  feePercent: { kind: "text", patterns: [{ is: PATTERN_13, says: "a percentage below 100 with at most 4 decimals" }], required: true },
  maintenanceMarginPercent: { kind: "text", patterns: [{ is: PATTERN_13, says: "a percentage below 100 with at most 4 decimals" }], required: true },
} as const;

export const marketsDelete = {
  market: { kind: "text", min: 1, max: 20, required: true },
} as const;

export const marketsUpdate = {
  market: { kind: "text", min: 1, max: 20, required: true },
  lotSize: { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_12, says: "at most 9 digits before the point and 8 after it" }] },
  minQuantity: { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  minNotional: { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  feePercent: { kind: "text", patterns: [{ is: PATTERN_13, says: "a percentage below 100 with at most 4 decimals" }] },
  maintenanceMarginPercent: { kind: "text", patterns: [{ is: PATTERN_13, says: "a percentage below 100 with at most 4 decimals" }] },
} as const;

export const sweepsCreate = {
  'settings.strategy': { kind: "choice", choices: ["dca"] },
  'settings.market': { kind: "text", min: 1, max: 20, required: true },
  'settings.direction': { kind: "choice", choices: ["long","short"], required: true },
  'settings.baseOrder': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }], required: true },
  'settings.averagingOrders.count': { kind: "integer", min: 0, max: 200, required: true },
  'settings.averagingOrders.size': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }], required: true },
  'settings.averagingOrders.deviationPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }], required: true },
  'settings.averagingOrders.stepScale': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_5, says: "at most 2 digits before the point and 6 after it" }] },
  'settings.averagingOrders.volumeScale': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_5, says: "at most 2 digits before the point and 6 after it" }] },
  'settings.averagingOrders.deviationFrom': { kind: "choice", choices: ["base","lastFill"] },
  'settings.averagingOrders.activeLimit': { kind: "integer", min: 1, max: 200 },
  'settings.takeProfit.percent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }], required: true },
  'settings.takeProfit.basis': { kind: "choice", choices: ["average","base"] },
  'settings.takeProfit.includeFees': { kind: "flag" },
  'settings.takeProfit.steps': { kind: "list", max: 3 },
  'settings.takeProfit.steps.*.percent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }], required: true },
  'settings.takeProfit.steps.*.sharePercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_6, says: "at most 2 digits before the point and 2 after it" }], required: true },
  'settings.takeProfit.trailingPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.stopLoss.percent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }], required: true },
  'settings.stopLoss.basis': { kind: "choice", choices: ["base","average","lastFill"], required: true },
  'settings.stopLoss.breakEvenAtPercent': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_4, says: "at most 4 digits before the point and 6 after it" }] },
  'settings.stopLoss.timeoutSeconds': { kind: "integer", min: 1, max: 2592000 },
  'settings.cooldownSeconds': { kind: "integer", min: 1, max: 2592000 },
  'settings.maxTrades': { kind: "integer", min: 1, max: 1000000 },
  'settings.minPrice': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  'settings.maxPrice': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_3, says: "at most 12 digits before the point and 8 after it" }] },
  'settings.futures.leverage': { kind: "text", patterns: [{ is: PATTERN_1, says: "a decimal number as text, such as \"12.50\"" }, { is: PATTERN_2, says: "a decimal number greater than zero" }, { is: PATTERN_7, says: "at most 3 digits before the point and 2 after it" }], required: true },
  'settings.futures.fundingRatePercent': { kind: "text", patterns: [{ is: PATTERN_8, says: "a percentage with at most 4 decimals, between -10 and 10" }] },
  'settings.futures.fundingEveryHours': { kind: "choice", choices: [1,2,4,8] },
  vary: { kind: "list", required: true, min: 1, max: 4 },
  'vary.*.setting': { kind: "choice", choices: ["direction","baseOrder","averagingOrders.count","averagingOrders.size","averagingOrders.deviationPercent","averagingOrders.stepScale","averagingOrders.volumeScale","averagingOrders.deviationFrom","takeProfit.percent","takeProfit.basis","takeProfit.trailingPercent","stopLoss.percent","stopLoss.basis","stopLoss.breakEvenAtPercent","stopLoss.timeoutSeconds","futures.leverage","cooldownSeconds"], required: true },
  'vary.*.values': { kind: "list", required: true, min: 1, max: 200, each: { kind: "either", options: [{ kind: "text", max: 30 }, { kind: "number" }] } },
  'feed.source': { kind: "choice", choices: ["bundled","imported"] },
  'feed.interval': { kind: "choice", choices: ["1m","5m","15m","30m","1h","4h","1d"] },
  'feed.from': { kind: "instant" },
  'feed.to': { kind: "instant" },
  rankBy: { kind: "choice", choices: ["profit","profitToCapital","profitToDrawdown"] },
  'walkForward.trainCandles': { kind: "integer", min: 10, max: 600000, required: true },
  'walkForward.testCandles': { kind: "integer", min: 10, max: 600000, required: true },
} as const;
