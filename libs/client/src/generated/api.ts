/* Made from the contracts by `npm run generate`: do not edit. */
import { Transport } from '../transport.ts';

export type EntitlementsCurrentInput = Record<string, never>;
export type EntitlementsCurrentOutput = { version: number; plan: string; planName: string; planVersion: number; access: "full" | "read_only"; features: Record<string, { kind: "counted"; limit: number | null } | { kind: "static"; value: number } | { kind: "boolean"; value: boolean } | { kind: "metered"; limit: number | null; enforcement: "hard" | "soft"; per: "month" }>; periodAnchor: string; upgrade: Record<string, { plan: string; planName: string; limit: number | null }>; organisationId: string };

export type PlansApplyInput = { yaml: string; expectedVersion?: number };
export type PlansApplyOutput = { catalogueVersion: number; changed: boolean; changes: Array<{ plan: string; change: "added" | "changed" | "removed" | "unchanged"; fromVersion: number | null; toVersion: number | null; subscriptions: number; fields: Array<{ field: string; before: string | null; after: string | null }> }>; appliedVersion: number };

export type PlansDiffInput = { yaml: string };
export type PlansDiffOutput = { catalogueVersion: number; changed: boolean; changes: Array<{ plan: string; change: "added" | "changed" | "removed" | "unchanged"; fromVersion: number | null; toVersion: number | null; subscriptions: number; fields: Array<{ field: string; before: string | null; after: string | null }> }> };

export type PlansListInput = Record<string, never>;
export type PlansListOutput = { catalogueVersion: number; features: Array<{ key: string; name: string; unit: string; description: string }>; items: Array<{ plan: string; version: number; name: string; description: string; isDefault: boolean; prices: Array<{ currency: string; interval: "month" | "year"; amountMinor: number }>; features: Record<string, { kind: "counted"; limit: number | null } | { kind: "static"; value: number } | { kind: "boolean"; value: boolean } | { kind: "metered"; limit: number | null; enforcement: "hard" | "soft"; per: "month" } & { note?: string }> }> };

export type PlansMoveInput = { plan: string; dryRun?: boolean };
export type PlansMoveOutput = { plan: string; version: number; subscriptions: number };

export type PlansValidateInput = { yaml: string };
export type PlansValidateOutput = { plans: Array<string>; features: Array<string> };

export type SubscriptionsGetInput = Record<string, never>;
export type SubscriptionsGetOutput = { organisationId: string; plan: string; planName: string; planVersion: number; latestVersion: number; status: "trialing" | "active" | "past_due" | "unpaid" | "paused" | "incomplete" | "incomplete_expired" | "canceled"; interval: "month" | "year"; periodAnchor: string; periodStart: string; periodEnd: string; startedAt: string };

export type SubscriptionsSetInput = { organisationId: string; plan: string; interval?: "month" | "year" };
export type SubscriptionsSetOutput = { organisationId: string; plan: string; planName: string; planVersion: number; latestVersion: number; status: "trialing" | "active" | "past_due" | "unpaid" | "paused" | "incomplete" | "incomplete_expired" | "canceled"; interval: "month" | "year"; periodAnchor: string; periodStart: string; periodEnd: string; startedAt: string };

export type BacktestsCancelInput = { backtestId: string };
export type BacktestsCancelOutput = { id: string; status: "queued" | "running" | "done" | "failed" | "cancelled"; settings: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale: string; volumeScale: string; deviationFrom: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis: "average" | "base"; includeFees: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 } } | { strategy: "martingale-ema"; market: string; direction: "long" | "short"; balance: string; futures: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 }; openPercent: string; maxMarginPercent: string; closeAtReturnPercent: string }; feed: { source: "bundled" | "imported"; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; from?: string; to?: string }; currency: string; engineVersion: number; fingerprint: string | null; candles: number; candlesDone: number; from: string; to: string; closedTrades: number | null; winningTrades: number | null; fills: number | null; profit: string | null; profitRounded: string | null; openProfit: string | null; fees: string | null; funding: string | null; liquidations: number | null; wallet: Array<{ currency: string; change: string }> | null; timeInTradePercent: string | null; maxCapital: string | null; maxDrawdown: string | null; kept: { trades: number; fills: number }; failure: string | null; createdAt: string; finishedAt: string | null };

export type BacktestsCreateInput = { settings: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale?: string; volumeScale?: string; deviationFrom?: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis?: "average" | "base"; includeFees?: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent?: string; fundingEveryHours?: 1 | 2 | 4 | 8 } } | { strategy: "martingale-ema"; market: string; direction: "long" | "short"; balance: string; futures: { leverage: string; fundingRatePercent?: string; fundingEveryHours?: 1 | 2 | 4 | 8 }; openPercent?: string; maxMarginPercent?: string; closeAtReturnPercent?: string }; feed?: { source?: "bundled" | "imported"; interval?: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; from?: string; to?: string } };
export type BacktestsCreateOutput = { id: string; status: "queued" | "running" | "done" | "failed" | "cancelled"; settings: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale: string; volumeScale: string; deviationFrom: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis: "average" | "base"; includeFees: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 } } | { strategy: "martingale-ema"; market: string; direction: "long" | "short"; balance: string; futures: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 }; openPercent: string; maxMarginPercent: string; closeAtReturnPercent: string }; feed: { source: "bundled" | "imported"; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; from?: string; to?: string }; currency: string; engineVersion: number; fingerprint: string | null; candles: number; candlesDone: number; from: string; to: string; closedTrades: number | null; winningTrades: number | null; fills: number | null; profit: string | null; profitRounded: string | null; openProfit: string | null; fees: string | null; funding: string | null; liquidations: number | null; wallet: Array<{ currency: string; change: string }> | null; timeInTradePercent: string | null; maxCapital: string | null; maxDrawdown: string | null; kept: { trades: number; fills: number }; failure: string | null; createdAt: string; finishedAt: string | null };

export type BacktestsDeleteInput = { backtestId: string };
export type BacktestsDeleteOutput = Record<string, never>;

export type BacktestsEquityInput = { backtestId: string };
export type BacktestsEquityOutput = { items: Array<{ at: string; equity: string }> };

export type BacktestsFillsInput = { backtestId: string; limit?: number; cursor?: string };
export type BacktestsFillsOutput = { items: Array<{ trade: number; orderKey: string; kind: "base" | "averaging" | "takeProfit" | "stopLoss" | "close" | "liquidation"; side: "buy" | "sell"; price: string; quantity: string; value: string; fee: string; at: string }>; nextCursor?: string };

export type BacktestsGetInput = { backtestId: string };
export type BacktestsGetOutput = { id: string; status: "queued" | "running" | "done" | "failed" | "cancelled"; settings: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale: string; volumeScale: string; deviationFrom: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis: "average" | "base"; includeFees: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 } } | { strategy: "martingale-ema"; market: string; direction: "long" | "short"; balance: string; futures: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 }; openPercent: string; maxMarginPercent: string; closeAtReturnPercent: string }; feed: { source: "bundled" | "imported"; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; from?: string; to?: string }; currency: string; engineVersion: number; fingerprint: string | null; candles: number; candlesDone: number; from: string; to: string; closedTrades: number | null; winningTrades: number | null; fills: number | null; profit: string | null; profitRounded: string | null; openProfit: string | null; fees: string | null; funding: string | null; liquidations: number | null; wallet: Array<{ currency: string; change: string }> | null; timeInTradePercent: string | null; maxCapital: string | null; maxDrawdown: string | null; kept: { trades: number; fills: number }; failure: string | null; createdAt: string; finishedAt: string | null };

export type BacktestsListInput = { limit?: number; cursor?: string };
export type BacktestsListOutput = { items: Array<{ id: string; status: "queued" | "running" | "done" | "failed" | "cancelled"; settings: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale: string; volumeScale: string; deviationFrom: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis: "average" | "base"; includeFees: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 } } | { strategy: "martingale-ema"; market: string; direction: "long" | "short"; balance: string; futures: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 }; openPercent: string; maxMarginPercent: string; closeAtReturnPercent: string }; feed: { source: "bundled" | "imported"; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; from?: string; to?: string }; currency: string; engineVersion: number; fingerprint: string | null; candles: number; candlesDone: number; from: string; to: string; closedTrades: number | null; winningTrades: number | null; fills: number | null; profit: string | null; profitRounded: string | null; openProfit: string | null; fees: string | null; funding: string | null; liquidations: number | null; wallet: Array<{ currency: string; change: string }> | null; timeInTradePercent: string | null; maxCapital: string | null; maxDrawdown: string | null; kept: { trades: number; fills: number }; failure: string | null; createdAt: string; finishedAt: string | null }>; nextCursor?: string };

export type BacktestsTradesInput = { backtestId: string; limit?: number; cursor?: string };
export type BacktestsTradesOutput = { items: Array<{ number: number; direction: "long" | "short"; openedAt: string; closedAt: string | null; closedBy: "takeProfit" | "stopLoss" | "close" | "liquidation" | null; averagingFills: number; averagePrice: string; exitPrice: string | null; quantity: string; cost: string; fees: string; funding: string; profit: string | null; profitPercent: string | null }>; nextCursor?: string };

export type BotsCreateInput = { name: string; settings: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale?: string; volumeScale?: string; deviationFrom?: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis?: "average" | "base"; includeFees?: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent?: string; fundingEveryHours?: 1 | 2 | 4 | 8 } } | { strategy: "martingale-ema"; market: string; direction: "long" | "short"; balance: string; futures: { leverage: string; fundingRatePercent?: string; fundingEveryHours?: 1 | 2 | 4 | 8 }; openPercent?: string; maxMarginPercent?: string; closeAtReturnPercent?: string }; feed?: { source?: "bundled" | "imported"; interval?: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; from?: string; candlesPerSecond?: number } };
export type BotsCreateOutput = { id: string; name: string; mode: "paper"; status: "stopped" | "running" | "stopping"; settings: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale: string; volumeScale: string; deviationFrom: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis: "average" | "base"; includeFees: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 } } | { strategy: "martingale-ema"; market: string; direction: "long" | "short"; balance: string; futures: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 }; openPercent: string; maxMarginPercent: string; closeAtReturnPercent: string }; feed: { source: "bundled" | "imported"; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; from?: string; candlesPerSecond?: number }; decidedUpTo: string | null; closedTrades: number; profit: string; balance: string; openTradeId: string | null; createdAt: string };

export type BotsDeleteInput = { botId: string };
export type BotsDeleteOutput = Record<string, never>;

export type BotsGetInput = { botId: string };
export type BotsGetOutput = { id: string; name: string; mode: "paper"; status: "stopped" | "running" | "stopping"; settings: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale: string; volumeScale: string; deviationFrom: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis: "average" | "base"; includeFees: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 } } | { strategy: "martingale-ema"; market: string; direction: "long" | "short"; balance: string; futures: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 }; openPercent: string; maxMarginPercent: string; closeAtReturnPercent: string }; feed: { source: "bundled" | "imported"; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; from?: string; candlesPerSecond?: number }; decidedUpTo: string | null; closedTrades: number; profit: string; balance: string; openTradeId: string | null; createdAt: string };

export type BotsListInput = { limit?: number; cursor?: string };
export type BotsListOutput = { items: Array<{ id: string; name: string; mode: "paper"; status: "stopped" | "running" | "stopping"; settings: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale: string; volumeScale: string; deviationFrom: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis: "average" | "base"; includeFees: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 } } | { strategy: "martingale-ema"; market: string; direction: "long" | "short"; balance: string; futures: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 }; openPercent: string; maxMarginPercent: string; closeAtReturnPercent: string }; feed: { source: "bundled" | "imported"; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; from?: string; candlesPerSecond?: number }; decidedUpTo: string | null; closedTrades: number; profit: string; balance: string; openTradeId: string | null; createdAt: string }>; nextCursor?: string };

export type BotsPreviewLadderInput = { settings: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale?: string; volumeScale?: string; deviationFrom?: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis?: "average" | "base"; includeFees?: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent?: string; fundingEveryHours?: 1 | 2 | 4 | 8 } }; price?: string };
export type BotsPreviewLadderOutput = { market: string; currency: string; price: string; levels: Array<{ index: number; deviationPercent: string; price: string; size: string; quantity: string; totalQuantity: string; totalSize: string; averagePrice: string; breakEvenPrice: string; takeProfitPrice: string; stopLossPrice: string | null; liquidationPrice: string | null; reboundPercent: string }>; capital: string; fees: string; margin: string; worstLoss: string | null };

export type BotsStartInput = { botId: string };
export type BotsStartOutput = { id: string; name: string; mode: "paper"; status: "stopped" | "running" | "stopping"; settings: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale: string; volumeScale: string; deviationFrom: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis: "average" | "base"; includeFees: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 } } | { strategy: "martingale-ema"; market: string; direction: "long" | "short"; balance: string; futures: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 }; openPercent: string; maxMarginPercent: string; closeAtReturnPercent: string }; feed: { source: "bundled" | "imported"; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; from?: string; candlesPerSecond?: number }; decidedUpTo: string | null; closedTrades: number; profit: string; balance: string; openTradeId: string | null; createdAt: string };

export type BotsStopInput = { botId: string; openTrade?: "finish" | "close" };
export type BotsStopOutput = { id: string; name: string; mode: "paper"; status: "stopped" | "running" | "stopping"; settings: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale: string; volumeScale: string; deviationFrom: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis: "average" | "base"; includeFees: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 } } | { strategy: "martingale-ema"; market: string; direction: "long" | "short"; balance: string; futures: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 }; openPercent: string; maxMarginPercent: string; closeAtReturnPercent: string }; feed: { source: "bundled" | "imported"; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; from?: string; candlesPerSecond?: number }; decidedUpTo: string | null; closedTrades: number; profit: string; balance: string; openTradeId: string | null; createdAt: string };

export type BotsSummarizeInput = { botId: string };
export type BotsSummarizeOutput = { botId: string; name: string; market: string; currency: string; closedTrades: number; winningTrades: number; profit: string; profitRounded: string; fees: string; volume: string; fills: number; firstTradeAt: string | null; lastClosedAt: string | null; openTrade: { tradeId: string; quantity: string; averagePrice: string; lastPrice: string; openProfit: string } | null; upToDate: boolean };

export type BotsUpdateInput = { botId: string; name?: string; settings?: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale?: string; volumeScale?: string; deviationFrom?: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis?: "average" | "base"; includeFees?: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent?: string; fundingEveryHours?: 1 | 2 | 4 | 8 } } | { strategy: "martingale-ema"; market: string; direction: "long" | "short"; balance: string; futures: { leverage: string; fundingRatePercent?: string; fundingEveryHours?: 1 | 2 | 4 | 8 }; openPercent?: string; maxMarginPercent?: string; closeAtReturnPercent?: string } };
export type BotsUpdateOutput = { id: string; name: string; mode: "paper"; status: "stopped" | "running" | "stopping"; settings: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale: string; volumeScale: string; deviationFrom: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis: "average" | "base"; includeFees: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 } } | { strategy: "martingale-ema"; market: string; direction: "long" | "short"; balance: string; futures: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 }; openPercent: string; maxMarginPercent: string; closeAtReturnPercent: string }; feed: { source: "bundled" | "imported"; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; from?: string; candlesPerSecond?: number }; decidedUpTo: string | null; closedTrades: number; profit: string; balance: string; openTradeId: string | null; createdAt: string };

export type CandlesDeleteInput = { market: string; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d" };
export type CandlesDeleteOutput = Record<string, never>;

export type CandlesImportInput = { market: string; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; csv: string };
export type CandlesImportOutput = { market: string; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; imported: number; gaps: number; from: string; to: string };

export type CandlesIndicatorInput = { indicator: "ema" | "rsi" | "atr" | "bollinger" | "macd"; market: string; source?: "bundled" | "imported"; interval?: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; period?: number; from?: string; limit?: number };
export type CandlesIndicatorOutput = { market: string; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; synthetic: boolean; items: Array<{ at: string; values: Record<string, number> }> };

export type CandlesListInput = { market: string; source?: "bundled" | "imported"; interval?: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; from?: string; limit?: number };
export type CandlesListOutput = { market: string; source: "bundled" | "imported"; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; synthetic: boolean; items: Array<{ at: string; open: string; high: string; low: string; close: string }> };

export type LedgerListInput = { botId: string; limit?: number; cursor?: string };
export type LedgerListOutput = { items: Array<{ sequence: number; kind: "buy" | "sell" | "fee" | "funding"; amount: string; balance: string; tradeId: string; orderId: string | null; at: string }>; nextCursor?: string };

export type MarketsListInput = Record<string, never>;
export type MarketsListOutput = { items: Array<{ market: string; base: string; quote: string; tickSize: string; lotSize: string; minQuantity: string; minNotional: string; feePercent: string; maintenanceMarginPercent: string; bundled: boolean }> };

export type SweepsCancelInput = { sweepId: string };
export type SweepsCancelOutput = { id: string; status: "waiting" | "running" | "done" | "cancelled" | "failed"; settings: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale: string; volumeScale: string; deviationFrom: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis: "average" | "base"; includeFees: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 } }; vary: Array<{ setting: "direction" | "baseOrder" | "averagingOrders.count" | "averagingOrders.size" | "averagingOrders.deviationPercent" | "averagingOrders.stepScale" | "averagingOrders.volumeScale" | "averagingOrders.deviationFrom" | "takeProfit.percent" | "takeProfit.basis" | "takeProfit.trailingPercent" | "stopLoss.percent" | "stopLoss.basis" | "stopLoss.breakEvenAtPercent" | "stopLoss.timeoutSeconds" | "futures.leverage" | "cooldownSeconds"; values: Array<string | number> }>; feed: { source: "bundled" | "imported"; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; from?: string; to?: string }; rankBy: "profit" | "profitToCapital" | "profitToDrawdown"; walkForward: { trainCandles: number; testCandles: number } | null; combinations: number; refused: number; runs: number; done: number; fingerprint: string | null; failure: string | null; createdAt: string; finishedAt: string | null };

export type SweepsCreateInput = { settings: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale?: string; volumeScale?: string; deviationFrom?: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis?: "average" | "base"; includeFees?: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent?: string; fundingEveryHours?: 1 | 2 | 4 | 8 } }; vary: Array<{ setting: "direction" | "baseOrder" | "averagingOrders.count" | "averagingOrders.size" | "averagingOrders.deviationPercent" | "averagingOrders.stepScale" | "averagingOrders.volumeScale" | "averagingOrders.deviationFrom" | "takeProfit.percent" | "takeProfit.basis" | "takeProfit.trailingPercent" | "stopLoss.percent" | "stopLoss.basis" | "stopLoss.breakEvenAtPercent" | "stopLoss.timeoutSeconds" | "futures.leverage" | "cooldownSeconds"; values: Array<string | number> }>; feed?: { source?: "bundled" | "imported"; interval?: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; from?: string; to?: string }; rankBy?: "profit" | "profitToCapital" | "profitToDrawdown"; walkForward?: { trainCandles: number; testCandles: number } };
export type SweepsCreateOutput = { id: string; status: "waiting" | "running" | "done" | "cancelled" | "failed"; settings: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale: string; volumeScale: string; deviationFrom: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis: "average" | "base"; includeFees: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 } }; vary: Array<{ setting: "direction" | "baseOrder" | "averagingOrders.count" | "averagingOrders.size" | "averagingOrders.deviationPercent" | "averagingOrders.stepScale" | "averagingOrders.volumeScale" | "averagingOrders.deviationFrom" | "takeProfit.percent" | "takeProfit.basis" | "takeProfit.trailingPercent" | "stopLoss.percent" | "stopLoss.basis" | "stopLoss.breakEvenAtPercent" | "stopLoss.timeoutSeconds" | "futures.leverage" | "cooldownSeconds"; values: Array<string | number> }>; feed: { source: "bundled" | "imported"; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; from?: string; to?: string }; rankBy: "profit" | "profitToCapital" | "profitToDrawdown"; walkForward: { trainCandles: number; testCandles: number } | null; combinations: number; refused: number; runs: number; done: number; fingerprint: string | null; failure: string | null; createdAt: string; finishedAt: string | null };

export type SweepsDeleteInput = { sweepId: string };
export type SweepsDeleteOutput = Record<string, never>;

export type SweepsGetInput = { sweepId: string };
export type SweepsGetOutput = { id: string; status: "waiting" | "running" | "done" | "cancelled" | "failed"; settings: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale: string; volumeScale: string; deviationFrom: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis: "average" | "base"; includeFees: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 } }; vary: Array<{ setting: "direction" | "baseOrder" | "averagingOrders.count" | "averagingOrders.size" | "averagingOrders.deviationPercent" | "averagingOrders.stepScale" | "averagingOrders.volumeScale" | "averagingOrders.deviationFrom" | "takeProfit.percent" | "takeProfit.basis" | "takeProfit.trailingPercent" | "stopLoss.percent" | "stopLoss.basis" | "stopLoss.breakEvenAtPercent" | "stopLoss.timeoutSeconds" | "futures.leverage" | "cooldownSeconds"; values: Array<string | number> }>; feed: { source: "bundled" | "imported"; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; from?: string; to?: string }; rankBy: "profit" | "profitToCapital" | "profitToDrawdown"; walkForward: { trainCandles: number; testCandles: number } | null; combinations: number; refused: number; runs: number; done: number; fingerprint: string | null; failure: string | null; createdAt: string; finishedAt: string | null; results: Array<{ closedTrades: number; winningTrades: number; fills: number; liquidations: number; profit: string; openProfit: string; fees: string; funding: string; maxCapital: string; maxDrawdown: string; rank: number; values: Record<string, string | number> }>; windows: Array<{ train: { from: string; to: string }; test: { from: string; to: string }; values: Record<string, string | number>; trained: { closedTrades: number; winningTrades: number; fills: number; liquidations: number; profit: string; openProfit: string; fees: string; funding: string; maxCapital: string; maxDrawdown: string }; tested: { closedTrades: number; winningTrades: number; fills: number; liquidations: number; profit: string; openProfit: string; fees: string; funding: string; maxCapital: string; maxDrawdown: string } }>; outOfSample: { closedTrades: number; profit: string; fees: string; funding: string } | null };

export type SweepsListInput = { limit?: number; cursor?: string };
export type SweepsListOutput = { items: Array<{ id: string; status: "waiting" | "running" | "done" | "cancelled" | "failed"; settings: { strategy?: "dca"; market: string; direction: "long" | "short"; baseOrder: string; averagingOrders: { count: number; size: string; deviationPercent: string; stepScale: string; volumeScale: string; deviationFrom: "base" | "lastFill"; activeLimit?: number }; takeProfit: { percent: string; basis: "average" | "base"; includeFees: boolean; steps?: Array<{ percent: string; sharePercent: string }>; trailingPercent?: string }; stopLoss?: { percent: string; basis: "base" | "average" | "lastFill"; breakEvenAtPercent?: string; timeoutSeconds?: number }; cooldownSeconds?: number; maxTrades?: number; minPrice?: string; maxPrice?: string; futures?: { leverage: string; fundingRatePercent: string; fundingEveryHours: 1 | 2 | 4 | 8 } }; vary: Array<{ setting: "direction" | "baseOrder" | "averagingOrders.count" | "averagingOrders.size" | "averagingOrders.deviationPercent" | "averagingOrders.stepScale" | "averagingOrders.volumeScale" | "averagingOrders.deviationFrom" | "takeProfit.percent" | "takeProfit.basis" | "takeProfit.trailingPercent" | "stopLoss.percent" | "stopLoss.basis" | "stopLoss.breakEvenAtPercent" | "stopLoss.timeoutSeconds" | "futures.leverage" | "cooldownSeconds"; values: Array<string | number> }>; feed: { source: "bundled" | "imported"; interval: "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d"; from?: string; to?: string }; rankBy: "profit" | "profitToCapital" | "profitToDrawdown"; walkForward: { trainCandles: number; testCandles: number } | null; combinations: number; refused: number; runs: number; done: number; fingerprint: string | null; failure: string | null; createdAt: string; finishedAt: string | null }>; nextCursor?: string };

export type TradesGetInput = { tradeId: string };
export type TradesGetOutput = { id: string; botId: string; number: number; market: string; direction: "long" | "short"; status: "open" | "closed"; averagingFills: number; averagePrice: string; exitPrice: string | null; quantity: string; cost: string; fees: string; funding: string; profit: string | null; profitPercent: string | null; openedAt: string; closedAt: string | null; closedBy: "takeProfit" | "stopLoss" | "close" | "liquidation" | null; orders: Array<{ id: string; key: string; kind: "base" | "averaging" | "takeProfit" | "stopLoss" | "close" | "liquidation"; side: "buy" | "sell"; type: "market" | "limit" | "stop"; price: string; quantity: string; status: "open" | "filled" | "cancelled" | "skipped"; placedAt: string }>; fills: Array<{ orderId: string; price: string; quantity: string; value: string; fee: string; at: string }> };

export type TradesListInput = { botId: string; limit?: number; cursor?: string };
export type TradesListOutput = { items: Array<{ id: string; botId: string; number: number; market: string; direction: "long" | "short"; status: "open" | "closed"; averagingFills: number; averagePrice: string; exitPrice: string | null; quantity: string; cost: string; fees: string; funding: string; profit: string | null; profitPercent: string | null; openedAt: string; closedAt: string | null; closedBy: "takeProfit" | "stopLoss" | "close" | "liquidation" | null }>; nextCursor?: string };

export type InstallationGetInput = Record<string, never>;
export type InstallationGetOutput = { name: string; version: string; publicUrl: string; signUp: "open"; logInMethods: Array<"password">; email: boolean; sessionCookies: boolean };

export type AccountsMeInput = Record<string, never>;
export type AccountsMeOutput = { user: { id: string; email: string; name: string; isOperator: boolean; createdAt: string }; organisations: Array<{ id: string; name: string; role: "viewer" | "editor" | "admin" | "owner" }>; organisationId: string | null; scopes: Array<string> };

export type AccountsRegisterInput = { email: string; password: string; name: string; organisationName?: string };
export type AccountsRegisterOutput = { accessToken: string; accessTokenExpiresAt: string; refreshToken: string; refreshTokenExpiresAt: string; user: { id: string; email: string; name: string; isOperator: boolean; createdAt: string }; organisation: { id: string; name: string } | null; role: "viewer" | "editor" | "admin" | "owner" | null };

export type InvitationsAcceptInput = { token: string };
export type InvitationsAcceptOutput = { organisationId: string; role: "viewer" | "editor" | "admin" | "owner" };

export type InvitationsCreateInput = { email: string; role: "viewer" | "editor" | "admin" | "owner" };
export type InvitationsCreateOutput = { id: string; email: string; role: "viewer" | "editor" | "admin" | "owner"; invitedBy: string; expiresAt: string; createdAt: string; token: string };

export type InvitationsListInput = { limit?: number; cursor?: string };
export type InvitationsListOutput = { items: Array<{ id: string; email: string; role: "viewer" | "editor" | "admin" | "owner"; invitedBy: string; expiresAt: string; createdAt: string }>; nextCursor?: string };

export type InvitationsRevokeInput = { invitationId: string };
export type InvitationsRevokeOutput = Record<string, never>;

export type JwksGetInput = Record<string, never>;
export type JwksGetOutput = { keys: Array<Record<string, unknown>> };

export type KeysCreateInput = { name: string; scopes: Array<"org:read" | "members:read" | "billing:read" | "usage:read" | "servers:read" | "bots:read" | "channels:read" | "usage:write" | "servers:write" | "bots:write" | "channels:write" | "keys:read" | "org:admin" | "members:write" | "keys:write" | "billing:write">; expiresAt?: string };
export type KeysCreateOutput = { id: string; name: string; scopes: Array<string>; createdAt: string; expiresAt: string | null; createdBy: string; key: string };

export type KeysListInput = { limit?: number; cursor?: string };
export type KeysListOutput = { items: Array<{ id: string; name: string; scopes: Array<string>; createdAt: string; expiresAt: string | null; createdBy: string }>; nextCursor?: string };

export type KeysRevokeInput = { keyId: string };
export type KeysRevokeOutput = Record<string, never>;

export type MembersChangeRoleInput = { userId: string; role: "viewer" | "editor" | "admin" | "owner" };
export type MembersChangeRoleOutput = { userId: string; email: string; name: string; role: "viewer" | "editor" | "admin" | "owner"; joinedAt: string };

export type MembersListInput = { limit?: number; cursor?: string };
export type MembersListOutput = { items: Array<{ userId: string; email: string; name: string; role: "viewer" | "editor" | "admin" | "owner"; joinedAt: string }>; nextCursor?: string };

export type MembersRemoveInput = { userId: string };
export type MembersRemoveOutput = Record<string, never>;

export type OrganisationsCreateInput = { name: string };
export type OrganisationsCreateOutput = { id: string; name: string; createdAt: string };

export type OrganisationsDeleteInput = { name: string };
export type OrganisationsDeleteOutput = Record<string, never>;

export type OrganisationsGetInput = Record<string, never>;
export type OrganisationsGetOutput = { id: string; name: string; createdAt: string };

export type OrganisationsListInput = { limit?: number; cursor?: string };
export type OrganisationsListOutput = { items: Array<{ id: string; name: string; role: "viewer" | "editor" | "admin" | "owner" }>; nextCursor?: string };

export type OrganisationsRenameInput = { name: string };
export type OrganisationsRenameOutput = { id: string; name: string; createdAt: string };

export type SessionsListInput = { limit?: number; cursor?: string };
export type SessionsListOutput = { items: Array<{ id: string; createdAt: string; lastUsedAt: string; expiresAt: string; current: boolean }>; nextCursor?: string };

export type SessionsLoginInput = { email: string; password: string };
export type SessionsLoginOutput = { accessToken: string; accessTokenExpiresAt: string; refreshToken: string; refreshTokenExpiresAt: string; user: { id: string; email: string; name: string; isOperator: boolean; createdAt: string }; organisation: { id: string; name: string } | null; role: "viewer" | "editor" | "admin" | "owner" | null };

export type SessionsLogoutInput = Record<string, never>;
export type SessionsLogoutOutput = Record<string, never>;

export type SessionsRefreshInput = { refreshToken: string };
export type SessionsRefreshOutput = { accessToken: string; accessTokenExpiresAt: string; refreshToken: string; refreshTokenExpiresAt: string; user: { id: string; email: string; name: string; isOperator: boolean; createdAt: string }; organisation: { id: string; name: string } | null; role: "viewer" | "editor" | "admin" | "owner" | null };

export type SessionsRevokeInput = { sessionId: string };
export type SessionsRevokeOutput = Record<string, never>;

export type SessionsSwitchOrganisationInput = { organisationId: string };
export type SessionsSwitchOrganisationOutput = { accessToken: string; accessTokenExpiresAt: string; user: { id: string; email: string; name: string; isOperator: boolean; createdAt: string }; organisation: { id: string; name: string } | null; role: "viewer" | "editor" | "admin" | "owner" | null };

export type ServersActivityInput = { serverId: string; from?: string; to?: string; at?: string };
export type ServersActivityOutput = { at: string | null; maxConnections: number | null; sessions: Array<{ pid: number; database: string | null; role: string | null; application: string; client: string | null; backend: string; state: string; waitType: string | null; waitEvent: string | null; blockedBy: Array<number>; querySeconds: number | null; stateSeconds: number | null; transactionSeconds: number | null; queryId: string | null; text: string | null }>; sessionsTotal: number; groups: Array<{ state: string; role: string; application: string; sessions: number }>; history: Array<{ at: string; total: number; active: number; idle: number; idleInTransaction: number; waiting: number; longestTransactionSeconds: number }> };

export type ServersAddPlatformInput = Record<string, never>;
export type ServersAddPlatformOutput = { id: string; name: string; host: string; port: number; database: string; user: string; tlsMode: "disable" | "require" | "verify-ca" | "verify-full"; tlsCa: string | null; platform: boolean; state: "pending" | "ok" | "unreachable" | "paused"; stateSince: string; failure: { code: string; what: string } | null; version: string | null; lastCollectedAt: string | null; createdAt: string; updatedAt: string };

export type ServersBlockingInput = { serverId: string; from?: string; to?: string; at?: string };
export type ServersBlockingOutput = { at: string | null; blocked: number; depth: number; roots: Array<number>; sessions: Array<{ pid: number; depth: number; root: boolean; deadlock: boolean; queueBlocker: boolean; blockedBy: Array<number>; blocks: Array<number>; blockedBehind: number; waitSeconds: number | null; transactionSeconds: number | null; state: string | null; database: string | null; role: string | null; application: string | null; queryId: string | null; text: string | null }>; locks: Array<{ blocked: number; blocker: number; lockType: string; relation: string | null; wantedMode: string; blockerMode: string; held: boolean; waitSeconds: number | null; preparedTransaction: string | null }>; incidents: Array<{ rootPid: number; preparedTransaction: string | null; database: string | null; role: string | null; application: string | null; state: string | null; text: string | null; from: string; to: string; ongoing: boolean; mostBlocked: number; deepest: number; longestWaitSeconds: number }>; incidentsTotal: number };

export type ServersCreateInput = { name: string; host: string; port?: number; database?: string; user: string; password: string; tlsMode?: "disable" | "require" | "verify-ca" | "verify-full"; tlsCa?: string };
export type ServersCreateOutput = { id: string; name: string; host: string; port: number; database: string; user: string; tlsMode: "disable" | "require" | "verify-ca" | "verify-full"; tlsCa: string | null; platform: boolean; state: "pending" | "ok" | "unreachable" | "paused"; stateSince: string; failure: { code: string; what: string } | null; version: string | null; lastCollectedAt: string | null; createdAt: string; updatedAt: string };

export type ServersDatabasesInput = { serverId: string; from?: string; to?: string };
export type ServersDatabasesOutput = { range: { from: string; to: string; coveredSeconds: number }; items: Array<{ name: string; bytes: number | null; connections: number; commits: number; rollbacks: number; blocksHit: number; blocksRead: number; rowsReturned: number; rowsFetched: number; rowsInserted: number; rowsUpdated: number; rowsDeleted: number; tempFiles: number; tempBytes: number; deadlocks: number; activeMs: number | null; transactionAge: number; partial: boolean }> };

export type ServersDeleteInput = { serverId: string };
export type ServersDeleteOutput = Record<string, never>;

export type ServersGetInput = { serverId: string };
export type ServersGetOutput = { id: string; name: string; host: string; port: number; database: string; user: string; tlsMode: "disable" | "require" | "verify-ca" | "verify-full"; tlsCa: string | null; platform: boolean; state: "pending" | "ok" | "unreachable" | "paused"; stateSince: string; failure: { code: string; what: string } | null; version: string | null; lastCollectedAt: string | null; createdAt: string; updatedAt: string };

export type ServersIndexFindingsInput = { serverId: string; limit?: number; cursor?: string; database?: string };
export type ServersIndexFindingsOutput = { items: Array<{ kind: "invalid" | "duplicate" | "redundant" | "unused"; database: string; schema: string; table: string; index: string; columns: Array<string>; method: string | null; bytes: number | null; coveredBy: Array<string>; unusedSince: string | null; what: string; evidence: Array<string>; sql: string | null }>; nextCursor?: string; total: number; bytes: number; looked: number; known: number; databases: Array<{ database: string; countingSince: string | null; observedDays: number; judgesUnused: boolean }> };

export type ServersIndexesInput = { serverId: string; from?: string; to?: string; limit?: number; cursor?: string; database?: string; schema?: string; search?: string; table?: string; sort?: "bytes" | "scans" | "rowsRead" | "name" };
export type ServersIndexesOutput = { range: { from: string; to: string; coveredSeconds: number }; known: number; items: Array<{ database: string; schema: string; table: string; name: string; columns: Array<string>; method: string | null; unique: boolean; primary: boolean; valid: boolean; bytes: number | null; scans: number; rowsRead: number; rowsFetched: number; blocksHit: number; blocksRead: number; partial: boolean }>; nextCursor?: string };

export type ServersListInput = { limit?: number; cursor?: string };
export type ServersListOutput = { items: Array<{ id: string; name: string; host: string; port: number; database: string; user: string; tlsMode: "disable" | "require" | "verify-ca" | "verify-full"; tlsCa: string | null; platform: boolean; state: "pending" | "ok" | "unreachable" | "paused"; stateSince: string; failure: { code: string; what: string } | null; version: string | null; lastCollectedAt: string | null; createdAt: string; updatedAt: string }>; nextCursor?: string };

export type ServersMarkersInput = { serverId: string; from?: string; to?: string; limit?: number; cursor?: string };
export type ServersMarkersOutput = { items: Array<{ kind: "crash_recovery" | "restart" | "statements_reset" | "another_server"; at: string; seenAt: string }>; nextCursor?: string; total: number };

export type ServersOverviewInput = { serverId: string };
export type ServersOverviewOutput = { server: { id: string; name: string; host: string; port: number; database: string; user: string; tlsMode: "disable" | "require" | "verify-ca" | "verify-full"; tlsCa: string | null; platform: boolean; state: "pending" | "ok" | "unreachable" | "paused"; stateSince: string; failure: { code: string; what: string } | null; version: string | null; lastCollectedAt: string | null; createdAt: string; updatedAt: string }; range: { from: string; to: string; coveredSeconds: number }; uptimeSeconds: number | null; maxConnections: number | null; activity: { at: string; total: number; active: number; idle: number; idleInTransaction: number; waiting: number; longestTransactionSeconds: number } | null; perSecond: { commits: number; rollbacks: number; rowsRead: number; rowsWritten: number; calls: number }; cacheHitRatio: number | null; databases: number; bytes: number | null; tables: number; indexes: number; statements: { known: number; completeness: { resets: number; evictions: number; evictionsPerMinute: number; gaps: number; lostSeconds: number; coverage: number | null; warnings: Array<{ id: string; ok: boolean; severity: "error" | "warning" | "info"; code?: string; what: string; fixSql?: string; restart?: boolean }> }; top: Array<{ statementId: string; database: string; role: string; queryId: string; queryKey: string | null; toplevel: boolean; text: string | null; textTruncated: boolean; calls: number; rows: number; totalMs: number; meanMs: number; planMs: number; sharedBlocksHit: number; sharedBlocksRead: number; sharedBlocksDirtied: number; sharedBlocksWritten: number; tempBlocksRead: number; tempBlocksWritten: number; ioReadMs: number; ioWriteMs: number; walBytes: number; partial: boolean; firstSeenAt: string; lastSeenAt: string }> }; missing: Array<{ id: string; ok: boolean; severity: "error" | "warning" | "info"; code?: string; what: string; fixSql?: string; restart?: boolean }> };

export type ServersStatementSeriesInput = { serverId: string; statementId: string; from?: string; to?: string; step?: number };
export type ServersStatementSeriesOutput = { range: { from: string; to: string; coveredSeconds: number }; step: number; points: Array<{ at: string; coveredSeconds: number; gap: boolean; partial: boolean; figures: { calls: number; rows: number; totalMs: number; meanMs: number; planMs: number; sharedBlocksHit: number; sharedBlocksRead: number; sharedBlocksDirtied: number; sharedBlocksWritten: number; tempBlocksRead: number; tempBlocksWritten: number; ioReadMs: number; ioWriteMs: number; walBytes: number } | null }> };

export type ServersStatementsInput = { serverId: string; from?: string; to?: string; sort?: "totalMs" | "calls" | "meanMs" | "rows" | "ioReadMs" | "walBytes"; limit?: number; cursor?: string; database?: string; role?: string; search?: string };
export type ServersStatementsOutput = { range: { from: string; to: string; coveredSeconds: number }; completeness: { resets: number; evictions: number; evictionsPerMinute: number; gaps: number; lostSeconds: number; coverage: number | null; warnings: Array<{ id: string; ok: boolean; severity: "error" | "warning" | "info"; code?: string; what: string; fixSql?: string; restart?: boolean }> }; total: { statements: number; calls: number; rows: number; totalMs: number }; items: Array<{ statementId: string; database: string; role: string; queryId: string; queryKey: string | null; toplevel: boolean; text: string | null; textTruncated: boolean; calls: number; rows: number; totalMs: number; meanMs: number; planMs: number; sharedBlocksHit: number; sharedBlocksRead: number; sharedBlocksDirtied: number; sharedBlocksWritten: number; tempBlocksRead: number; tempBlocksWritten: number; ioReadMs: number; ioWriteMs: number; walBytes: number; partial: boolean; firstSeenAt: string; lastSeenAt: string }>; nextCursor?: string };

export type ServersTablesInput = { serverId: string; from?: string; to?: string; limit?: number; cursor?: string; database?: string; schema?: string; search?: string; sort?: "totalBytes" | "sequentialScans" | "rowsReadSequentially" | "indexScans" | "writes" | "deadRows" | "name" };
export type ServersTablesOutput = { range: { from: string; to: string; coveredSeconds: number }; known: number; items: Array<{ database: string; schema: string; name: string; kind: "table" | "materialized view"; estimatedRows: number | null; heapBytes: number | null; indexBytes: number | null; totalBytes: number | null; sizeStale: boolean; deadRows: number; liveRows: number; sequentialScans: number; rowsReadSequentially: number; indexScans: number; rowsFetchedByIndex: number; rowsInserted: number; rowsUpdated: number; rowsHotUpdated: number; rowsDeleted: number; blocksHit: number; blocksRead: number; lastVacuumAt: string | null; lastAnalyzeAt: string | null; partial: boolean }>; nextCursor?: string };

export type ServersTestInput = { serverId: string };
export type ServersTestOutput = { ok: boolean; usable: boolean; version: string | null; takenAt: string; checks: Array<{ id: string; ok: boolean; severity: "error" | "warning" | "info"; code?: string; what: string; fixSql?: string; restart?: boolean }> };

export type ServersTestNewInput = { host: string; port?: number; database?: string; user: string; password: string; tlsMode?: "disable" | "require" | "verify-ca" | "verify-full"; tlsCa?: string };
export type ServersTestNewOutput = { ok: boolean; usable: boolean; version: string | null; takenAt: string; checks: Array<{ id: string; ok: boolean; severity: "error" | "warning" | "info"; code?: string; what: string; fixSql?: string; restart?: boolean }> };

export type ServersUpdateInput = { serverId: string; name?: string; host?: string; port?: number; database?: string; user?: string; password?: string; tlsMode?: "disable" | "require" | "verify-ca" | "verify-full"; tlsCa?: string | null; paused?: boolean };
export type ServersUpdateOutput = { id: string; name: string; host: string; port: number; database: string; user: string; tlsMode: "disable" | "require" | "verify-ca" | "verify-full"; tlsCa: string | null; platform: boolean; state: "pending" | "ok" | "unreachable" | "paused"; stateSince: string; failure: { code: string; what: string } | null; version: string | null; lastCollectedAt: string | null; createdAt: string; updatedAt: string };

export type ServersWaitsInput = { serverId: string; from?: string; to?: string };
export type ServersWaitsOutput = { range: { from: string; to: string; coveredSeconds: number }; looks: number; sessions: number; waits: Array<{ state: string; waitType: string | null; waitEvent: string | null; sessions: number }>; statements: Array<{ queryId: string | null; database: string | null; text: string | null; sessions: number; waits: Array<{ state: string; waitType: string | null; waitEvent: string | null; sessions: number }> }>; series: Array<{ at: string; waits: Array<{ state: string; waitType: string | null; waitEvent: string | null; sessions: number }> }> };

export type ServersWraparoundInput = { serverId: string };
export type ServersWraparoundOutput = { at: string | null; level: "normal" | "overdue" | "failsafe" | "warning" | "stop"; cause: { kind: "session" | "prepared_transaction" | "slot_xmin" | "slot_catalog_xmin" | "standby" | "temporary_table" | "table_setting" | "autovacuum"; name: string; age: number; what: string; sql: string | null } | null; pace: { xidsPerDay: number | null; multixactsPerDay: number | null; overSeconds: number }; databases: Array<{ database: string; level: "normal" | "overdue" | "failsafe" | "warning" | "stop"; xids: { age: number; percent: number; leftUntilWarning: number; leftUntilStop: number; daysUntilStop: number | null }; multixacts: { age: number; percent: number; leftUntilWarning: number; leftUntilStop: number; daysUntilStop: number | null } }>; tables: Array<{ database: string; schema: string; name: string; toastOf: string | null; temporary: boolean; autovacuumOff: boolean; xidAge: number; xidPercent: number; multixactAge: number; multixactPercent: number }>; holders: Array<{ kind: "session" | "prepared_transaction" | "slot_xmin" | "slot_catalog_xmin" | "standby"; name: string; age: number; since: string | null; database: string | null; role: string | null; state: string | null }>; settings: { autovacuum: boolean; freezeMaxAge: number; multixactFreezeMaxAge: number; failsafeAge: number; multixactFailsafeAge: number; maxWorkers: number; costDelayMs: number; costLimit: number } | null };

export type ChannelsConfirmInput = { token: string };
export type ChannelsConfirmOutput = { channelId: string; address: string; confirmed: true };

export type ChannelsCreateInput = { kind: "email"; address: string; name?: string; events?: Array<"server.unreachable" | "trade.closed" | "quota.reached"> } | { kind: "webhook"; url: string; name?: string; events?: Array<"server.unreachable" | "trade.closed" | "quota.reached"> };
export type ChannelsCreateOutput = { id: string; kind: "email" | "webhook"; name: string; address?: string; url?: string; events: Array<"server.unreachable" | "trade.closed" | "quota.reached">; state: "active" | "disabled" | "unconfirmed"; disabledBecause?: "gone" | "by_member"; previousSecretValidUntil?: string; createdAt: string; secret?: string };

export type ChannelsDeleteInput = { channelId: string };
export type ChannelsDeleteOutput = Record<string, never>;

export type ChannelsGetInput = { channelId: string };
export type ChannelsGetOutput = { id: string; kind: "email" | "webhook"; name: string; address?: string; url?: string; events: Array<"server.unreachable" | "trade.closed" | "quota.reached">; state: "active" | "disabled" | "unconfirmed"; disabledBecause?: "gone" | "by_member"; previousSecretValidUntil?: string; createdAt: string };

export type ChannelsListInput = { limit?: number; cursor?: string };
export type ChannelsListOutput = { items: Array<{ id: string; kind: "email" | "webhook"; name: string; address?: string; url?: string; events: Array<"server.unreachable" | "trade.closed" | "quota.reached">; state: "active" | "disabled" | "unconfirmed"; disabledBecause?: "gone" | "by_member"; previousSecretValidUntil?: string; createdAt: string }>; nextCursor?: string };

export type ChannelsResendConfirmationInput = { channelId: string };
export type ChannelsResendConfirmationOutput = { id: string; kind: "email" | "webhook"; name: string; address?: string; url?: string; events: Array<"server.unreachable" | "trade.closed" | "quota.reached">; state: "active" | "disabled" | "unconfirmed"; disabledBecause?: "gone" | "by_member"; previousSecretValidUntil?: string; createdAt: string };

export type ChannelsRotateSecretInput = { channelId: string; overlapHours?: number };
export type ChannelsRotateSecretOutput = { secret: string; previousSecretValidUntil: string };

export type ChannelsTestInput = { channelId: string };
export type ChannelsTestOutput = { id: string; channelId: string; event: "server.unreachable" | "trade.closed" | "quota.reached" | "channel.test" | "channel.confirmation"; state: "pending" | "delivered" | "failed" | "quota_exhausted" | "cancelled"; attempts: number; lastError?: "http_status" | "unreachable" | "host_not_allowed" | "host_not_resolvable" | "smtp_refused" | "smtp_unreachable" | "smtp_not_configured" | "quota_exhausted" | "quota_unknown" | "channel_disabled" | "channel_unconfirmed" | "too_many_waiting" | "internal_error"; lastStatus?: number; nextAttemptAt?: string; createdAt: string; deliveredAt?: string };

export type ChannelsUpdateInput = { channelId: string; name?: string; events?: Array<"server.unreachable" | "trade.closed" | "quota.reached">; state?: "active" | "disabled" };
export type ChannelsUpdateOutput = { id: string; kind: "email" | "webhook"; name: string; address?: string; url?: string; events: Array<"server.unreachable" | "trade.closed" | "quota.reached">; state: "active" | "disabled" | "unconfirmed"; disabledBecause?: "gone" | "by_member"; previousSecretValidUntil?: string; createdAt: string };

export type DeliveriesGetInput = { deliveryId: string };
export type DeliveriesGetOutput = { id: string; channelId: string; event: "server.unreachable" | "trade.closed" | "quota.reached" | "channel.test" | "channel.confirmation"; state: "pending" | "delivered" | "failed" | "quota_exhausted" | "cancelled"; attempts: number; lastError?: "http_status" | "unreachable" | "host_not_allowed" | "host_not_resolvable" | "smtp_refused" | "smtp_unreachable" | "smtp_not_configured" | "quota_exhausted" | "quota_unknown" | "channel_disabled" | "channel_unconfirmed" | "too_many_waiting" | "internal_error"; lastStatus?: number; nextAttemptAt?: string; createdAt: string; deliveredAt?: string };

export type DeliveriesListInput = { limit?: number; cursor?: string; channelId?: string; state?: "pending" | "delivered" | "failed" | "quota_exhausted" | "cancelled" };
export type DeliveriesListOutput = { items: Array<{ id: string; channelId: string; event: "server.unreachable" | "trade.closed" | "quota.reached" | "channel.test" | "channel.confirmation"; state: "pending" | "delivered" | "failed" | "quota_exhausted" | "cancelled"; attempts: number; lastError?: "http_status" | "unreachable" | "host_not_allowed" | "host_not_resolvable" | "smtp_refused" | "smtp_unreachable" | "smtp_not_configured" | "quota_exhausted" | "quota_unknown" | "channel_disabled" | "channel_unconfirmed" | "too_many_waiting" | "internal_error"; lastStatus?: number; nextAttemptAt?: string; createdAt: string; deliveredAt?: string }>; nextCursor?: string };

export type DeliveriesRetryInput = { deliveryId: string };
export type DeliveriesRetryOutput = { id: string; channelId: string; event: "server.unreachable" | "trade.closed" | "quota.reached" | "channel.test" | "channel.confirmation"; state: "pending" | "delivered" | "failed" | "quota_exhausted" | "cancelled"; attempts: number; lastError?: "http_status" | "unreachable" | "host_not_allowed" | "host_not_resolvable" | "smtp_refused" | "smtp_unreachable" | "smtp_not_configured" | "quota_exhausted" | "quota_unknown" | "channel_disabled" | "channel_unconfirmed" | "too_many_waiting" | "internal_error"; lastStatus?: number; nextAttemptAt?: string; createdAt: string; deliveredAt?: string };

export type MetersListInput = Record<string, never>;
export type MetersListOutput = { items: Array<{ meter: string; name: string; unit: string; description: string }> };

export type UsageCurrentInput = Record<string, never>;
export type UsageCurrentOutput = { plan: string; periodStart: string; periodEnd: string; items: Array<{ meter: string; name: string; unit: string; description: string; used: number; reserved: number; limit: number | null; enforcement: "hard" | "soft" | null; included: boolean; remaining: number | null; percent: number | null; periodStart: string; periodEnd: string; resetsAt: string; upgradeTo: string | null }> };

export type UsageHistoryInput = { meter: string; from?: string; to?: string; granularity?: "hour" | "day" };
export type UsageHistoryOutput = { meter: string; granularity: "hour" | "day"; items: Array<{ start: string; quantity: number; events: number }>; total: number };

export type UsageIngestInput = { events: Array<{ id: string; source?: string; meter: string; quantity?: number; time?: string; lease?: string } | unknown> };
export type UsageIngestOutput = { accepted: number; duplicates: number; rejected: Array<{ index: number; code: "malformed" | "platform_meter" | "unknown_meter" | "unknown_organisation" | "too_old" | "in_the_future" | "conflict"; message: string }> };

export type UsageRejectedInput = { limit?: number; cursor?: string };
export type UsageRejectedOutput = { items: Array<{ code: "malformed" | "platform_meter" | "unknown_meter" | "unknown_organisation" | "too_old" | "in_the_future" | "conflict"; message: string; event: string; times: number; firstAt: string; lastAt: string }>; nextCursor?: string };

export type UsageReturnLeaseInput = { leaseId: string; spent: number };
export type UsageReturnLeaseOutput = { leaseId: string; granted: number; spent: number; released: number };

export type UsageTakeLeaseInput = { meter: string; want: number; whole?: boolean; holderId: string; leaseKey: string };
export type UsageTakeLeaseOutput = { leaseId: string | null; meter: string; granted: number; expiresAt: string; limit: number | null; enforcement: "hard" | "soft"; used: number; reserved: number; resetsAt: string; plan: string; upgradeTo: string | null };

export class TidegateClient extends Transport {
  /** What the organisation may do: limits, quotas and features of its plan */
  entitlementsCurrent = (input: EntitlementsCurrentInput = {}) =>
    this.send<EntitlementsCurrentOutput>('GET', '/api/v1/entitlements', input);

  /** Put a catalogue in force; the same content again changes nothing */
  plansApply = (input: PlansApplyInput) =>
    this.send<PlansApplyOutput>('POST', '/api/v1/operator/plans/apply', input);

  /** What applying a catalogue would change */
  plansDiff = (input: PlansDiffInput) =>
    this.send<PlansDiffOutput>('POST', '/api/v1/operator/plans/diff', input);

  /** The plans on offer, cheapest first */
  plansList = (input: PlansListInput = {}) =>
    this.send<PlansListOutput>('GET', '/api/v1/plans', input);

  /** Move the running subscriptions of a plan to its newest version */
  plansMove = (input: PlansMoveInput) =>
    this.send<PlansMoveOutput>('POST', '/api/v1/operator/plans/{plan}/move', input);

  /** Check a catalogue without looking at the one in force */
  plansValidate = (input: PlansValidateInput) =>
    this.send<PlansValidateOutput>('POST', '/api/v1/operator/plans/validate', input);

  /** The organisation's subscription */
  subscriptionsGet = (input: SubscriptionsGetInput = {}) =>
    this.send<SubscriptionsGetOutput>('GET', '/api/v1/subscription', input);

  /** Put an organisation on a plan (operators only) */
  subscriptionsSet = (input: SubscriptionsSetInput) =>
    this.send<SubscriptionsSetOutput>('PUT', '/api/v1/operator/organisations/{organisationId}/subscription', input);

  /** Stop a backtest; one that has ended stays as it is */
  backtestsCancel = (input: BacktestsCancelInput) =>
    this.send<BacktestsCancelOutput>('POST', '/api/v1/backtests/{backtestId}/cancel', input);

  /** Run settings over stored candles with the very code that trades on paper */
  backtestsCreate = (input: BacktestsCreateInput) =>
    this.send<BacktestsCreateOutput>('POST', '/api/v1/backtests', input);

  /** Delete a backtest with its trades and fills; one that runs is stopped */
  backtestsDelete = (input: BacktestsDeleteInput) =>
    this.send<BacktestsDeleteOutput>('DELETE', '/api/v1/backtests/{backtestId}', input);

  /** The equity curve of a backtest: at most 500 closes, evenly spread */
  backtestsEquity = (input: BacktestsEquityInput) =>
    this.send<BacktestsEquityOutput>('GET', '/api/v1/backtests/{backtestId}/equity', input);

  /** Fills of a backtest, oldest first */
  backtestsFills = (input: BacktestsFillsInput) =>
    this.send<BacktestsFillsOutput>('GET', '/api/v1/backtests/{backtestId}/fills', input);

  /** A backtest: how far it is, and what it came to once it is done */
  backtestsGet = (input: BacktestsGetInput) =>
    this.send<BacktestsGetOutput>('GET', '/api/v1/backtests/{backtestId}', input);

  /** Backtests, newest first */
  backtestsList = (input: BacktestsListInput = {}) =>
    this.send<BacktestsListOutput>('GET', '/api/v1/backtests', input);

  /** Trades of a backtest, oldest first */
  backtestsTrades = (input: BacktestsTradesInput) =>
    this.send<BacktestsTradesOutput>('GET', '/api/v1/backtests/{backtestId}/trades', input);

  /** Create a DCA bot on the paper exchange; it is stopped until started */
  botsCreate = (input: BotsCreateInput) =>
    this.send<BotsCreateOutput>('POST', '/api/v1/bots', input);

  /** Delete a stopped bot with its history */
  botsDelete = (input: BotsDeleteInput) =>
    this.send<BotsDeleteOutput>('DELETE', '/api/v1/bots/{botId}', input);

  /** A bot */
  botsGet = (input: BotsGetInput) =>
    this.send<BotsGetOutput>('GET', '/api/v1/bots/{botId}', input);

  /** Bots of the organisation */
  botsList = (input: BotsListInput = {}) =>
    this.send<BotsListOutput>('GET', '/api/v1/bots', input);

  /** The exact ladder of some settings at a price, before any bot is made */
  botsPreviewLadder = (input: BotsPreviewLadderInput) =>
    this.send<BotsPreviewLadderOutput>('POST', '/api/v1/bots/ladder-preview', input);

  /** Start a bot; starting a running one changes nothing */
  botsStart = (input: BotsStartInput) =>
    this.send<BotsStartOutput>('POST', '/api/v1/bots/{botId}/start', input);

  /** Stop a bot: no new trade begins; an open trade is finished, or closed now */
  botsStop = (input: BotsStopInput) =>
    this.send<BotsStopOutput>('POST', '/api/v1/bots/{botId}/stop', input);

  /** What a bot has done: trades and profit to the cent, fees, and the open trade at the last price */
  botsSummarize = (input: BotsSummarizeInput) =>
    this.send<BotsSummarizeOutput>('GET', '/api/v1/bots/{botId}/summary', input);

  /** Rename a bot, or give a stopped one other settings for its next trades */
  botsUpdate = (input: BotsUpdateInput) =>
    this.send<BotsUpdateOutput>('PATCH', '/api/v1/bots/{botId}', input);

  /** Delete the imported candles of a market and interval */
  candlesDelete = (input: CandlesDeleteInput) =>
    this.send<CandlesDeleteOutput>('DELETE', '/api/v1/candles/imports', input);

  /** Import candles from CSV: time,open,high,low,close with an optional header */
  candlesImport = (input: CandlesImportInput) =>
    this.send<CandlesImportOutput>('POST', '/api/v1/candles/imports', input);

  /** An indicator over the candles of a market, oldest first */
  candlesIndicator = (input: CandlesIndicatorInput) =>
    this.send<CandlesIndicatorOutput>('GET', '/api/v1/candles/indicators/{indicator}', input);

  /** Candles of a market, oldest first */
  candlesList = (input: CandlesListInput) =>
    this.send<CandlesListOutput>('GET', '/api/v1/candles', input);

  /** Every change of the bot’s paper wallet, oldest first */
  ledgerList = (input: LedgerListInput) =>
    this.send<LedgerListOutput>('GET', '/api/v1/bots/{botId}/ledger', input);

  /** Pairs of the paper exchange with their steps, minimums and fees */
  marketsList = (input: MarketsListInput = {}) =>
    this.send<MarketsListOutput>('GET', '/api/v1/markets', input);

  /** Stop a sweep; one that has ended stays as it is */
  sweepsCancel = (input: SweepsCancelInput) =>
    this.send<SweepsCancelOutput>('POST', '/api/v1/sweeps/{sweepId}/cancel', input);

  /** Backtest many settings over the same candles, or walk forward through them */
  sweepsCreate = (input: SweepsCreateInput) =>
    this.send<SweepsCreateOutput>('POST', '/api/v1/sweeps', input);

  /** Delete a sweep with its results; one that runs is stopped */
  sweepsDelete = (input: SweepsDeleteInput) =>
    this.send<SweepsDeleteOutput>('DELETE', '/api/v1/sweeps/{sweepId}', input);

  /** A sweep: how far it is, and its best results once it is done */
  sweepsGet = (input: SweepsGetInput) =>
    this.send<SweepsGetOutput>('GET', '/api/v1/sweeps/{sweepId}', input);

  /** Sweeps, newest first */
  sweepsList = (input: SweepsListInput = {}) =>
    this.send<SweepsListOutput>('GET', '/api/v1/sweeps', input);

  /** A trade with its orders and fills */
  tradesGet = (input: TradesGetInput) =>
    this.send<TradesGetOutput>('GET', '/api/v1/trades/{tradeId}', input);

  /** Trades of a bot, newest first */
  tradesList = (input: TradesListInput) =>
    this.send<TradesListOutput>('GET', '/api/v1/bots/{botId}/trades', input);

  /** What a page has to know before anybody has logged in */
  installationGet = (input: InstallationGetInput = {}) =>
    this.send<InstallationGetOutput>('GET', '/api/v1/installation', input);

  /** Who am I, and where may I go */
  accountsMe = (input: AccountsMeInput = {}) =>
    this.send<AccountsMeOutput>('GET', '/api/v1/me', input);

  /** Create an account with an organisation of its own, and log in */
  accountsRegister = (input: AccountsRegisterInput) =>
    this.send<AccountsRegisterOutput>('POST', '/api/v1/accounts', input);

  /** Join the organisation that invited your e-mail address */
  invitationsAccept = (input: InvitationsAcceptInput) =>
    this.send<InvitationsAcceptOutput>('POST', '/api/v1/invitations/accept', input);

  /** Invite somebody; hand the token to them, it is shown once */
  invitationsCreate = (input: InvitationsCreateInput) =>
    this.send<InvitationsCreateOutput>('POST', '/api/v1/invitations', input);

  /** Invitations that can still be accepted, newest first */
  invitationsList = (input: InvitationsListInput = {}) =>
    this.send<InvitationsListOutput>('GET', '/api/v1/invitations', input);

  /** Take an invitation back */
  invitationsRevoke = (input: InvitationsRevokeInput) =>
    this.send<InvitationsRevokeOutput>('DELETE', '/api/v1/invitations/{invitationId}', input);

  /** Public keys that access tokens are signed with */
  jwksGet = (input: JwksGetInput = {}) =>
    this.send<JwksGetOutput>('GET', '/.well-known/jwks.json', input);

  /** Create an API key; the key itself is shown once */
  keysCreate = (input: KeysCreateInput) =>
    this.send<KeysCreateOutput>('POST', '/api/v1/api-keys', input);

  /** API keys of the organisation: those that work, newest first, then those that have expired */
  keysList = (input: KeysListInput = {}) =>
    this.send<KeysListOutput>('GET', '/api/v1/api-keys', input);

  /** Revoke an API key; it stops working everywhere at once */
  keysRevoke = (input: KeysRevokeInput) =>
    this.send<KeysRevokeOutput>('DELETE', '/api/v1/api-keys/{keyId}', input);

  /** Give a member another role */
  membersChangeRole = (input: MembersChangeRoleInput) =>
    this.send<MembersChangeRoleOutput>('PATCH', '/api/v1/members/{userId}', input);

  /** Members of the current organisation, in the order in which they joined */
  membersList = (input: MembersListInput = {}) =>
    this.send<MembersListOutput>('GET', '/api/v1/members', input);

  /** Remove a member; their tokens for this organisation end at once */
  membersRemove = (input: MembersRemoveInput) =>
    this.send<MembersRemoveOutput>('DELETE', '/api/v1/members/{userId}', input);

  /** Create another organisation; you become its owner */
  organisationsCreate = (input: OrganisationsCreateInput) =>
    this.send<OrganisationsCreateOutput>('POST', '/api/v1/organisations', input);

  /** Delete the current organisation with everything in it, for good (owners only) */
  organisationsDelete = (input: OrganisationsDeleteInput) =>
    this.send<OrganisationsDeleteOutput>('DELETE', '/api/v1/organisation', input);

  /** The current organisation */
  organisationsGet = (input: OrganisationsGetInput = {}) =>
    this.send<OrganisationsGetOutput>('GET', '/api/v1/organisation', input);

  /** Organisations that you are a member of, in the order in which you joined */
  organisationsList = (input: OrganisationsListInput = {}) =>
    this.send<OrganisationsListOutput>('GET', '/api/v1/organisations', input);

  /** Rename the current organisation */
  organisationsRename = (input: OrganisationsRenameInput) =>
    this.send<OrganisationsRenameOutput>('PATCH', '/api/v1/organisation', input);

  /** Where you are logged in, last used first */
  sessionsList = (input: SessionsListInput = {}) =>
    this.send<SessionsListOutput>('GET', '/api/v1/sessions', input);

  /** Log in with e-mail address and password */
  sessionsLogin = (input: SessionsLoginInput) =>
    this.send<SessionsLoginOutput>('POST', '/api/v1/sessions', input);

  /** Log out: the session and its tokens end everywhere */
  sessionsLogout = (input: SessionsLogoutInput = {}) =>
    this.send<SessionsLogoutOutput>('DELETE', '/api/v1/sessions/current', input);

  /** A new access token and the next refresh token */
  sessionsRefresh = (input: SessionsRefreshInput) =>
    this.send<SessionsRefreshOutput>('POST', '/api/v1/sessions/refresh', input);

  /** End one of your sessions: its tokens stop working everywhere */
  sessionsRevoke = (input: SessionsRevokeInput) =>
    this.send<SessionsRevokeOutput>('DELETE', '/api/v1/sessions/{sessionId}', input);

  /** Go on in another of your organisations */
  sessionsSwitchOrganisation = (input: SessionsSwitchOrganisationInput) =>
    this.send<SessionsSwitchOrganisationOutput>('POST', '/api/v1/sessions/organisation', input);

  /** What the sessions were doing at the last look, and the recent history */
  serversActivity = (input: ServersActivityInput) =>
    this.send<ServersActivityOutput>('GET', '/api/v1/servers/{serverId}/activity', input);

  /** Watch the database that this installation itself runs on */
  serversAddPlatform = (input: ServersAddPlatformInput = {}) =>
    this.send<ServersAddPlatformOutput>('POST', '/api/v1/servers/platform', input);

  /** Who blocks whom at the last look, and the jams of a range */
  serversBlocking = (input: ServersBlockingInput) =>
    this.send<ServersBlockingOutput>('GET', '/api/v1/servers/{serverId}/blocking', input);

  /** Watch a PostgreSQL server */
  serversCreate = (input: ServersCreateInput) =>
    this.send<ServersCreateOutput>('POST', '/api/v1/servers', input);

  /** Databases of a server with their work in the range */
  serversDatabases = (input: ServersDatabasesInput) =>
    this.send<ServersDatabasesOutput>('GET', '/api/v1/servers/{serverId}/databases', input);

  /** Stop watching a server and delete everything collected from it */
  serversDelete = (input: ServersDeleteInput) =>
    this.send<ServersDeleteOutput>('DELETE', '/api/v1/servers/{serverId}', input);

  /** One watched server */
  serversGet = (input: ServersGetInput) =>
    this.send<ServersGetOutput>('GET', '/api/v1/servers/{serverId}', input);

  /** Indexes that are invalid, doubled or unused, the largest first, each with the SQL that ends it */
  serversIndexFindings = (input: ServersIndexFindingsInput) =>
    this.send<ServersIndexFindingsOutput>('GET', '/api/v1/servers/{serverId}/index-findings', input);

  /** Indexes of all databases of a server with their use in the range */
  serversIndexes = (input: ServersIndexesInput) =>
    this.send<ServersIndexesOutput>('GET', '/api/v1/servers/{serverId}/indexes', input);

  /** All watched servers, by name */
  serversList = (input: ServersListInput = {}) =>
    this.send<ServersListOutput>('GET', '/api/v1/servers', input);

  /** What happened to a server’s counters in a range: crashes, restarts, resets */
  serversMarkers = (input: ServersMarkersInput) =>
    this.send<ServersMarkersOutput>('GET', '/api/v1/servers/{serverId}/markers', input);

  /** One look at a server: state, load, sizes, busiest statements, what is missing */
  serversOverview = (input: ServersOverviewInput) =>
    this.send<ServersOverviewOutput>('GET', '/api/v1/servers/{serverId}/overview', input);

  /** One statement over time */
  serversStatementSeries = (input: ServersStatementSeriesInput) =>
    this.send<ServersStatementSeriesOutput>('GET', '/api/v1/servers/{serverId}/statements/{statementId}/series', input);

  /** Top statements of a range, with exact counts */
  serversStatements = (input: ServersStatementsInput) =>
    this.send<ServersStatementsOutput>('GET', '/api/v1/servers/{serverId}/statements', input);

  /** Tables of all databases of a server with their work in the range */
  serversTables = (input: ServersTablesInput) =>
    this.send<ServersTablesOutput>('GET', '/api/v1/servers/{serverId}/tables', input);

  /** Test the connection of a watched server */
  serversTest = (input: ServersTestInput) =>
    this.send<ServersTestOutput>('POST', '/api/v1/servers/{serverId}/test', input);

  /** Test a connection before adding it */
  serversTestNew = (input: ServersTestNewInput) =>
    this.send<ServersTestNewOutput>('POST', '/api/v1/servers/test', input);

  /** Change, pause or resume a server */
  serversUpdate = (input: ServersUpdateInput) =>
    this.send<ServersUpdateOutput>('PATCH', '/api/v1/servers/{serverId}', input);

  /** What sessions spent a range on: by wait event, by statement and over time */
  serversWaits = (input: ServersWaitsInput) =>
    this.send<ServersWaitsOutput>('GET', '/api/v1/servers/{serverId}/waits', input);

  /** How far transaction ids have come, when they run out, and who keeps vacuum from ending it */
  serversWraparound = (input: ServersWraparoundInput) =>
    this.send<ServersWraparoundOutput>('GET', '/api/v1/servers/{serverId}/wraparound', input);

  /** Confirm an e-mail channel with the token that its address was sent */
  channelsConfirm = (input: ChannelsConfirmInput) =>
    this.send<ChannelsConfirmOutput>('POST', '/api/v1/channels/confirm', input);

  /** Add an e-mail address or a webhook that is told what happens */
  channelsCreate = (input: ChannelsCreateInput) =>
    this.send<ChannelsCreateOutput>('POST', '/api/v1/channels', input);

  /** Remove a channel with its deliveries; what is not sent yet is not sent */
  channelsDelete = (input: ChannelsDeleteInput) =>
    this.send<ChannelsDeleteOutput>('DELETE', '/api/v1/channels/{channelId}', input);

  /** One channel */
  channelsGet = (input: ChannelsGetInput) =>
    this.send<ChannelsGetOutput>('GET', '/api/v1/channels/{channelId}', input);

  /** Channels, newest first */
  channelsList = (input: ChannelsListInput = {}) =>
    this.send<ChannelsListOutput>('GET', '/api/v1/channels', input);

  /** Send the confirmation mail of an e-mail channel again, with a new token */
  channelsResendConfirmation = (input: ChannelsResendConfirmationInput) =>
    this.send<ChannelsResendConfirmationOutput>('POST', '/api/v1/channels/{channelId}/resend-confirmation', input);

  /** Give a webhook a new secret */
  channelsRotateSecret = (input: ChannelsRotateSecretInput) =>
    this.send<ChannelsRotateSecretOutput>('POST', '/api/v1/channels/{channelId}/rotate-secret', input);

  /** Send a test message; ask for the delivery to see how it went */
  channelsTest = (input: ChannelsTestInput) =>
    this.send<ChannelsTestOutput>('POST', '/api/v1/channels/{channelId}/test', input);

  /** Rename a channel, choose its events, switch it off or on again */
  channelsUpdate = (input: ChannelsUpdateInput) =>
    this.send<ChannelsUpdateOutput>('PATCH', '/api/v1/channels/{channelId}', input);

  /** One delivery */
  deliveriesGet = (input: DeliveriesGetInput) =>
    this.send<DeliveriesGetOutput>('GET', '/api/v1/deliveries/{deliveryId}', input);

  /** Messages sent and to be sent, newest first */
  deliveriesList = (input: DeliveriesListInput = {}) =>
    this.send<DeliveriesListOutput>('GET', '/api/v1/deliveries', input);

  /** Send a message now that failed or was held back; the receiver sees the same id */
  deliveriesRetry = (input: DeliveriesRetryInput) =>
    this.send<DeliveriesRetryOutput>('POST', '/api/v1/deliveries/{deliveryId}/retry', input);

  /** What is metered */
  metersList = (input: MetersListInput = {}) =>
    this.send<MetersListOutput>('GET', '/api/v1/usage/meters', input);

  /** Usage of the current period against the limits of the plan */
  usageCurrent = (input: UsageCurrentInput = {}) =>
    this.send<UsageCurrentOutput>('GET', '/api/v1/usage', input);

  /** Usage of one meter by hour or day (UTC), without gaps */
  usageHistory = (input: UsageHistoryInput) =>
    this.send<UsageHistoryOutput>('GET', '/api/v1/usage/{meter}/history', input);

  /** Report usage of your own product */
  usageIngest = (input: UsageIngestInput) =>
    this.send<UsageIngestOutput>('POST', '/api/v1/usage/events', input);

  /** Events of our services that were not counted, and why; newest first */
  usageRejected = (input: UsageRejectedInput = {}) =>
    this.send<UsageRejectedOutput>('GET', '/api/v1/usage/rejected', input);

  /** Give back what was not spent of a lease */
  usageReturnLease = (input: UsageReturnLeaseInput) =>
    this.send<UsageReturnLeaseOutput>('POST', '/api/v1/usage/leases/{leaseId}/return', input);

  /** Take a slice of a metered quota to spend locally */
  usageTakeLease = (input: UsageTakeLeaseInput) =>
    this.send<UsageTakeLeaseOutput>('POST', '/api/v1/usage/leases', input);
}
