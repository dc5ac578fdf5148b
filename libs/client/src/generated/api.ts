/* Made from the contracts by `npm run generate`: do not edit. */
import { type CallOptions, type FileBody, Transport } from '../transport/transport.ts';

/** Codes of problems that any call may end with. */
export type EveryProblem = 'malformed_body' | 'validation_failed' | 'forbidden' | 'answer_too_large' | 'misdirected_request' | 'rate_limited' | 'timeout' | 'unavailable' | 'internal_error';

export type Access = "full" | "read_only";

export type AccountDeletion = {
  /** Nobody else is in them: they are deleted with the account */
  deleted: Array<OrganisationOfAccount>;
  /** Others are in them and you are the only owner: appoint another one, or delete them, first */
  blocking: Array<OrganisationOfAccount>;
  /** They stay, without you */
  left: Array<OrganisationOfAccount>;
};

export type AccountEvent = {
  id: Id;
  at: Timestamp;
  kind: AccountEventKind;
  /** From which address it was done */
  address: string | null;
  /** Such as the purpose of a link */
  detail: string | null;
};

export type AccountEventKind = "account.created" | "password.changed" | "password.reset" | "email.verified" | "email.changed" | "email.change_undone" | "sessions.ended" | "operator.link_made" | "operator.password_set";

export type AccountEvents = {
  items: Array<AccountEvent>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type ActivityPoint = {
  at: Timestamp;
  /** Sessions of clients, as in the next four fields */
  total: Count;
  active: Count;
  idle: Count;
  idleInTransaction: Count;
  /** Sessions that wait for a lock */
  waiting: Count;
  /** Other sessions: senders to standbys, autovacuum and other background workers, which are not load of clients */
  others: Count;
  longestTransactionSeconds: number;
};

/** By which means: a person who is logged in, an API key, a key of the operator’s own backend, the operator’s people, or Tidegate itself */
export type ActorKind = "person" | "api_key" | "service_key" | "support" | "platform";

export type Addon = {
  product: ProductKey;
  addon: AddonKey;
  version: number;
  name: string;
  description: string;
  /** false: only operators give it */
  offered: boolean;
  /** The plans of the product with which it can be had */
  plans: Array<PlanKey>;
  /** How many at most; null: any number */
  max: number | null;
  prices: Array<Price>;
  /** Paid once, when it begins */
  setup: Array<OneOffPrice>;
  features: Record<string, AddonFeature>;
};

export type AddonChange = {
  product: ProductKey;
  addon: AddonKey;
  change: "added" | "changed" | "removed" | "unchanged";
  fromVersion: number | null;
  toVersion: number | null;
  fields: Array<{
    field: string;
    before: string | null;
    after: string | null;
  }>;
};

export type AddonFeature = {
  kind: "boolean";
  value: true;
  note?: string;
} | {
  kind: "level";
  value: Level;
  note?: string;
} | {
  kind: "counted" | "static" | "metered";
  /** null is unlimited */
  value: number | null;
  note?: string;
};

/** Name of an add-on */
export type AddonKey = string;

export type AgedTable = {
  database: string;
  schema: string;
  name: string;
  /** Schema and name of the table whose TOAST table it is */
  toastOf: string | null;
  temporary: boolean;
  autovacuumOff: boolean;
  xidAge: Count;
  xidPercent: number;
  multixactAge: Count;
  multixactPercent: number;
};

/** In the smallest unit of the currency: 2900 is 29.00 EUR */
export type AmountMinor = number;

/** crash_recovery: PostgreSQL lost a process or was killed, and the counters of tables and indexes (usually of statements as well) start again from zero, even if the server itself kept running; restart: an orderly one, which keeps counters; statements_reset: somebody reset the counters of all statements; counters_reset: somebody reset those of databases, of objects in them, or of the server (`of` says which); promoted: a standby became the primary, and its history continues; another_server: another instance answers at the address, and nothing is compared across that; note: written by somebody */
export type AnnotationKind = "crash_recovery" | "restart" | "statements_reset" | "counters_reset" | "promoted" | "another_server" | "note";

export type ApiKey = {
  id: string;
  name: string;
  scopes: Array<string>;
  /** Why it may only read at present: the plan allows fewer keys, and it is one of the newest */
  restricted: Restriction | null;
  /** How the key begins, to tell which it is */
  prefix: string;
  createdAt: Timestamp;
  expiresAt: Timestamp | null;
  /** To about a minute */
  lastUsedAt: Timestamp | null;
  /** The key that was made in its place; it works until it expires */
  replacedBy: string | null;
  createdBy: Id;
};

export type AskedDomain = {
  domain: string;
};

export type AuditEntries = {
  items: Array<AuditEntry>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type AuditEntry = {
  id: Id;
  at: Timestamp;
  /** The operation, as in `operationId`s: `bots.update` */
  action: string;
  actor: {
    kind: ActorKind;
    /** The person, or who made the key; null for support and platform */
    userId: Id | null;
    /** As they were called then; null once their account is gone */
    name: string | null;
    /** The API key, by the id with which it begins */
    keyId: string | null;
    keyName: string | null;
    sessionId: string | null;
    /** The network address; null for support and platform */
    address: string | null;
  };
  thing: {
    kind: ThingKind;
    id: string | null;
    /** As it was called then */
    name: string | null;
  };
  /** At most 40 fields, each value cut at 300 characters */
  changes: Array<FieldChange>;
  /** true: it was tried and not done, for want of the right or of the password. Once an hour for each person or key and action */
  refused: boolean;
  /** The scope for whose want it was refused: `bots:write`; null where it was done, or refused for another reason */
  missingScope: string | null;
};

export type Backfill = {
  id: Id;
  meter: FeatureKey;
  source: string;
  from: Timestamp;
  to: Timestamp;
  mode: BackfillMode;
  state: BackfillState;
  reason: string;
  by: string;
  createdAt: Timestamp;
  appliedAt: Timestamp | null;
  appliedBy: string | null;
  revertedAt: Timestamp | null;
  revertedBy: string | null;
  /** As it was when it was asked for, and when it was applied as it was then */
  preview: BackfillPreview;
};

/** add: events that were not counted are counted. replace: the events of the source in the time become exactly these */
export type BackfillMode = "add" | "replace";

export type BackfillPreview = {
  /** Events that are counted */
  added: number;
  /** Events that get another quantity or value */
  changed: number;
  /** Events that count nothing any more */
  removed: number;
  unchanged: number;
  /** Of each month of the meter that changes */
  balances: Array<{
    periodStart: Timestamp;
    periodEnd: Timestamp;
    before: Figure;
    after: Figure;
  }>;
  /** Of windows of the meter that were over, and what they owe more or less */
  charges: Array<{
    product: string;
    currency: Currency;
    periodStart: Timestamp;
    periodEnd: Timestamp;
    /** Charged with the next window; negative: credited */
    amountMinor: number;
  }>;
};

export type BackfillState = "previewed" | "applied" | "reverted";

export type Backtest = {
  id: Id;
  /** What somebody called it */
  name: string | null;
  /** The figures are null until it is done */
  status: BacktestStatus;
  settings: BotSettings;
  /** Version of the market’s rules that it used */
  marketVersion: number;
  feed: BacktestFeed;
  currency: string;
  engineVersion: number;
  /** SHA-256 of candles, settings, market rules and engine version: equal means equal results */
  contentHash: string | null;
  candles: number;
  /** Candles done so far */
  candlesDone: number;
  from: Timestamp;
  /** Start of the last candle; `feed.to`, which is excluded, is one interval later */
  to: Timestamp;
  /** Where candles were missing */
  gaps: CandleGaps | null;
  closedTrades: number | null;
  winningTrades: number | null;
  fills: number | null;
  /** Of closed trades, after fees */
  profit: Decimal | null;
  /** The profit to the cent, half away from zero */
  profitRounded: Decimal | null;
  /** Of the trade still open, if closed at the last close, after all fees */
  openProfit: Decimal | null;
  /** Of all fills */
  fees: Decimal | null;
  /** Received (above zero) or paid (below) for holding futures */
  funding: Decimal | null;
  liquidations: number | null;
  /** Change of the wallet in each currency, the open trade included */
  wallet: Array<{
    currency: string;
    change: Decimal;
  }> | null;
  /** Of all candles, truncated to two decimals */
  timeInTradePercent: Decimal | null;
  /** Most money that was in a trade at once, entry fees included; with leverage its whole value */
  maxCapital: Decimal | null;
  /** The same without borrowed money: margin and entry fees; null for older runs */
  maxMargin: Decimal | null;
  /** Deepest fall of realised plus open profit from its highest value */
  maxDrawdown: Decimal | null;
  /** How many trades and fills are stored, the first ones; the figures cover all */
  stored: {
    trades: number;
    fills: number;
  };
  /** Why it failed */
  failure: string | null;
  createdAt: Timestamp;
  finishedAt: Timestamp | null;
};

/** Which candles */
export type BacktestFeed = {
  source: CandleSource;
  interval: CandleInterval;
  /** Included; by default the oldest candle */
  from?: Instant;
  /** Excluded; by default after the newest candle */
  to?: Instant;
};

/** Which candles */
export type BacktestFeedInput = {
  source?: CandleSource;
  interval?: CandleInterval;
  /** Included; by default the oldest candle */
  from?: Instant;
  /** Excluded; by default after the newest candle */
  to?: Instant;
};

export type BacktestFill = {
  trade: number;
  orderKey: string;
  kind: OrderKind;
  side: OrderSide;
  price: Decimal;
  quantity: Decimal;
  value: Decimal;
  fee: Decimal;
  at: Timestamp;
};

/** newest: created last; name: from a to z, those without one last; profit: of closed trades, highest first; drawdown: lowest first; trades: most closed first. What has no figures yet comes last */
export type BacktestSort = "newest" | "name" | "profit" | "drawdown" | "trades";

export type BacktestStatus = "queued" | "running" | "done" | "failed" | "cancelled";

export type BacktestTrade = {
  number: number;
  direction: Direction;
  openedAt: Timestamp;
  closedAt: Timestamp | null;
  closedBy: ClosedBy | null;
  averagingFills: number;
  averagePrice: Decimal;
  exitPrice: Decimal | null;
  quantity: Decimal;
  cost: Decimal;
  fees: Decimal;
  funding: Decimal;
  profit: Decimal | null;
  profitPercent: Decimal | null;
};

export type BillingChange = {
  id: Id;
  at: Timestamp;
  product: ProductKey | null;
  action: string;
  by: string;
  reason: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
};

/** What is paid for at a time */
export type BillingInterval = "month" | "year";

export type BlockingIncident = {
  rootPid: number;
  preparedTransaction: string | null;
  database: string | null;
  role: string | null;
  application: string | null;
  /** Of the root when it was seen last */
  state: string | null;
  /** Constants and comments removed, at most 500 characters */
  text: string | null;
  /** The first snapshot that saw it; it started at most one interval before */
  from: Timestamp;
  /** The last snapshot that saw it */
  to: Timestamp;
  ongoing: boolean;
  mostBlocked: Count;
  deepest: Count;
  longestWaitSeconds: number;
};

export type BlockingSession = {
  /** 0: prepared transactions, which are no sessions */
  pid: number;
  /** Length of the longest path from a root; 0 for a root */
  depth: Count;
  /** Blocks others and waits for nobody: ending it resolves the jam */
  root: boolean;
  /** Waits for itself through others; PostgreSQL ends one of them soon */
  deadlock: boolean;
  /** Waits itself, and blocks others only by being ahead in the queue */
  queueBlocker: boolean;
  blockedBy: Array<number>;
  /** Sessions that wait for it directly */
  blocks: Array<number>;
  /** How many wait for it directly or through others */
  blockedBehind: Count;
  /** null: does not wait, or it is not known */
  waitSeconds: number | null;
  transactionSeconds: number | null;
  /** null: the session is hidden from us, or the blocker is not a session */
  state: string | null;
  database: string | null;
  role: string | null;
  application: string | null;
  queryId: string | null;
  /** Constants and comments removed, at most 500 characters */
  text: string | null;
};

export type BooleanGrant = {
  kind: "boolean";
  value: boolean;
};

export type Bot = {
  id: Id;
  name: string;
  mode: "paper";
  status: BotStatus;
  settings: BotSettings;
  /** Version of the market’s rules that it uses */
  marketVersion: number;
  feed: Feed;
  /** The candle up to which the bot has decided */
  decidedUpTo: Timestamp | null;
  closedTrades: number;
  /** Of closed trades, after fees, in the quote currency */
  profit: Decimal;
  /** Sum of the ledger: change of the paper wallet */
  balance: Decimal;
  openTradeId: Id | null;
  /** Why no trade is opened, as of the last candle; null: nothing prevents one */
  waiting: Waiting | null;
  /** Why it was halted */
  halted: Halt | null;
  /** Why it opens no trade and cannot be started or changed: the plan allows fewer bots, or is read-only. An open trade is finished; it goes on by itself when the plan allows it again. null: it is in full use */
  restricted: Restriction | null;
  /** How it was last started; null for older bots */
  resumed: Resumed | null;
  /** Candles that were added or changed after the bot had passed their time: a backtest differs */
  lateCandles: {
    count: number;
    from: Timestamp;
  } | null;
  createdAt: Timestamp;
};

export type BotEquityPoint = {
  /** Start of the candle; the value is at its close */
  at: Timestamp;
  /** Closed and open profit at this close; closing fees are not taken off */
  equity: Decimal;
  /** Below the highest equity of the points so far: 0 or less */
  drawdown: Decimal;
};

export type BotFill = {
  orderId: Id;
  price: Decimal;
  quantity: Decimal;
  value: Decimal;
  fee: Decimal;
  at: Timestamp;
  tradeId: Id;
  /** Number of its trade */
  trade: number;
  kind: OrderKind;
  side: OrderSide;
};

export type BotLine = {
  id: Id;
  name: string;
  mode: "paper";
  status: BotStatus;
  settings: BotSettings;
  /** Version of the market’s rules that it uses */
  marketVersion: number;
  feed: Feed;
  /** The candle up to which the bot has decided */
  decidedUpTo: Timestamp | null;
  closedTrades: number;
  /** Of closed trades, after fees, in the quote currency */
  profit: Decimal;
  /** Sum of the ledger: change of the paper wallet */
  balance: Decimal;
  openTradeId: Id | null;
  /** Why no trade is opened, as of the last candle; null: nothing prevents one */
  waiting: Waiting | null;
  /** Why it was halted */
  halted: Halt | null;
  /** Why it opens no trade and cannot be started or changed: the plan allows fewer bots, or is read-only. An open trade is finished; it goes on by itself when the plan allows it again. null: it is in full use */
  restricted: Restriction | null;
  /** How it was last started; null for older bots */
  resumed: Resumed | null;
  /** Candles that were added or changed after the bot had passed their time: a backtest differs */
  lateCandles: {
    count: number;
    from: Timestamp;
  } | null;
  createdAt: Timestamp;
  currency: string;
  /** Of its market: prices are whole multiples of it */
  tickSize: Decimal;
  /** Close of the candle at `decidedUpTo`; null before the first */
  lastPrice: Decimal | null;
  /** Of the open trade if closed at the last price, after all fees; null: none is open */
  openProfit: Decimal | null;
  /** When it was last run, whether there were new candles or not; null: never */
  ranAt: Timestamp | null;
  /** Profit of the trades that it closed on each of the 30 days (UTC) up to `decidedUpTo`, oldest first; empty before its first candle */
  profitByDay: Array<Decimal>;
};

/** paper: the built-in exchange, without money; testnet and mainnet: accounts at a real exchange */
export type BotMode = "paper" | "testnet" | "mainnet";

export type BotOrder = {
  id: Id;
  /** Of the intent: the same intent is placed once, however often it is decided */
  key: string;
  kind: OrderKind;
  side: OrderSide;
  type: OrderType;
  price: Decimal;
  quantity: Decimal;
  status: OrderStatus;
  placedAt: Timestamp;
  tradeId: Id;
  /** Number of its trade */
  trade: number;
};

/** Without `strategy` those of a DCA bot */
export type BotSettings = DcaSettings | MartingaleEmaSettings;

/** Without `strategy` those of a DCA bot */
export type BotSettingsInput = DcaSettingsInput | MartingaleEmaSettingsInput;

/** newest: created last; name: from a to z; profit: of closed trades, highest first; trades: most closed first */
export type BotSort = "newest" | "name" | "profit" | "trades";

/** stopping: no new trade is opened, the open one is finished; halted: stopped for a reason that needs attention */
export type BotStatus = "stopped" | "running" | "stopping" | "halted";

export type BotSummary = {
  botId: Id;
  name: string;
  market: string;
  currency: string;
  closedTrades: number;
  winningTrades: number;
  /** Exact: of closed trades, after fees */
  profit: Decimal;
  /** The profit to the cent, half away from zero */
  profitRounded: Decimal;
  /** Of closed trades */
  fees: Decimal;
  /** Value of every fill */
  volume: Decimal;
  fills: number;
  firstTradeAt: Timestamp | null;
  lastClosedAt: Timestamp | null;
  openTrade: {
    tradeId: Id;
    quantity: Decimal;
    averagePrice: Decimal;
    lastPrice: Decimal;
    /** If closed at the last price, after all fees */
    openProfit: Decimal;
  } | null;
  /** The bot has decided on every stored candle */
  upToDate: boolean;
};

export type BotTotal = {
  currency: string;
  mode: BotMode;
  bots: number;
  byStatus: {
    running: number;
    stopping: number;
    stopped: number;
    halted: number;
  };
  closedTrades: number;
  openTrades: number;
  /** Of closed trades, after fees */
  profit: Decimal;
  /** Of open trades at the last prices, after all fees */
  openProfit: Decimal;
};

export type Candle = {
  /** Start of the candle */
  at: Timestamp;
  open: Decimal;
  high: Decimal;
  low: Decimal;
  close: Decimal;
};

export type CandleGaps = {
  /** Number of gaps */
  places: number;
  /** Missing candles in all gaps */
  missing: number;
  /** The 20 longest gaps, oldest first */
  longest: Array<{
    /** First missing candle */
    from: Timestamp;
    /** Last missing candle */
    to: Timestamp;
    missing: number;
  }>;
};

/** How long one candle is */
export type CandleInterval = "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d";

/** How a file was understood */
export type CandleReport = {
  understood: {
    compressed: boolean;
    separator: "comma" | "semicolon" | "tab" | "pipe";
    header: boolean;
    /** The column of each value: its name in the header, or its number */
    columns: {
      time: string;
      open: string;
      high: string;
      low: string;
      close: string;
    } | null;
    decimalMark: "point" | "comma";
    timeFormats: Array<TimeFormat>;
    /** As given, for times without one */
    zone: string | null;
    /** The longest step of which all distances are multiples */
    stepSeconds: number | null;
  };
  /** Rows of data, refused ones included */
  rows: number;
  /** Different candles in the file */
  candles: number;
  from: Timestamp | null;
  /** Start of the last candle */
  to: Timestamp | null;
  /** Within the file, and to what was stored before and after it */
  gaps: CandleGaps;
  /** Repeated rows with the same prices */
  duplicates: number;
  /** Candles with a price that was rounded to a tick */
  rounded: number;
  /** Comments, lines before the header, repeated headers */
  skippedLines: number;
  refusedRows: number;
  /** The first 20 refused rows */
  refused: Array<{
    line: number;
    message: string;
  }>;
};

/** All candles of a market, source and interval */
export type CandleSeries = {
  market: string;
  source: CandleSource;
  interval: CandleInterval;
  /** How many there are */
  candles: number;
  /** Start of the first candle */
  from: Timestamp;
  /** Start of the last candle */
  to: Timestamp;
};

/** bundled: shipped with Tidegate, synthetic; imported: from files of your organisation */
export type CandleSource = "bundled" | "imported";

export type CandleUpload = {
  id: Id;
  status: CandleUploadStatus;
  market: string;
  marketVersion: number;
  interval: CandleInterval;
  /** Bytes of the file that have arrived */
  bytes: number;
  /** Rows that have been read so far */
  rowsRead: number;
  /** Candles that were not stored before */
  added: number | null;
  /** Candles that were stored with other prices */
  replaced: number | null;
  failure: string | null;
  /** Present once the file was read, also if it failed */
  report: CandleReport | null;
  createdAt: Timestamp;
  finishedAt: Timestamp | null;
};

/** receiving: the file has not arrived completely */
export type CandleUploadStatus = "receiving" | "queued" | "running" | "done" | "failed" | "cancelled";

export type CatalogueDiff = {
  /** The version that is in force */
  catalogueVersion: number;
  changed: boolean;
  changes: Array<PlanChange>;
  addons: Array<AddonChange>;
  /** Currency, products, features, packages and coupons */
  others: Array<{
    field: string;
    before: string | null;
    after: string | null;
  }>;
};

export type Channel = {
  id: Id;
  kind: "email" | "webhook";
  name: string;
  address?: string;
  /** Of a webhook channel; parts that may be secret are shown as `***` */
  url?: string;
  events: Array<NoticeType>;
  /** `unconfirmed`: nothing is sent before the address has confirmed it */
  state: "active" | "disabled" | "unconfirmed";
  disabledBecause?: "gone" | "by_member" | "unsubscribed";
  /** Why nothing is sent to it: the plan allows fewer channels or no webhooks, or is read-only. It is used again by itself when the plan allows it. null: it is in full use */
  restricted: Restriction | null;
  previousSecretValidUntil?: Timestamp;
  createdAt: Timestamp;
};

export type Check = {
  feature: FeatureKey;
  allowed: boolean;
  /** Why not; null when it is allowed */
  reason: CheckReason | null;
  /** null: no plan of the organisation has the feature */
  kind: "counted" | "metered" | "static" | "boolean" | "level" | null;
  /** null: shared by all products */
  product: string | null;
  plan: string | null;
  /** Of a feature with levels */
  level: Level | null;
  /** null: unlimited, or a feature without numbers */
  limit: Limit;
  /** null: not counted here */
  used: Figure | null;
  /** Of the limit and of prepaid credits, without what others hold; null: unlimited, or not counted here */
  remaining: Figure | null;
  /** Prepaid units in `remaining`; null: not counted here */
  credits: Figure | null;
  /** When the use of a metered feature is reset; null: never */
  resetsAt: Timestamp | null;
  /** The cheapest plan on offer that gives what was asked, or more where it is allowed */
  upgrade: Upgrade | null;
  /** The cheapest add-on on offer that gives what was asked, or more where it is allowed */
  addon: UpgradeAddon | null;
  /** Commit or release it */
  holdId?: Id;
  /** The hold frees its units by itself at this instant */
  expiresAt?: Timestamp;
};

/** no_subscription: no plan of the product. not_included: the plan lacks the feature. limit_reached: nothing is left. past_due: a payment is overdue for longer than the days of grace. read_only: the subscription is paused */
export type CheckReason = "no_subscription" | "not_included" | "limit_reached" | "past_due" | "read_only";

export type ChosenAddon = {
  addon: AddonKey;
  /** How many of it */
  quantity?: number;
};

/** close: by the person who stopped the bot; liquidation: by the exchange, the margin is lost */
export type ClosedBy = "takeProfit" | "stopLoss" | "close" | "liquidation";

export type CloudEvent = {
  /** Version of CloudEvents */
  specversion: "1.0";
  /** Derived from the fact, such as a request’s id: sent again it counts once */
  id: string;
  /** Which of your systems reports it */
  source: string;
  /** The meter */
  type: FeatureKey;
  /** When it happened, by default now */
  time?: Instant;
  /** For service keys without the header Tidegate-Organisation: the id of the organisation */
  subject?: string;
  /** application/json, if it is sent */
  datacontenttype?: string;
  /** Carries `quantity`, by default 1, or what the meter names as its `value` */
  data?: Record<string, unknown>;
  /** As `series` of a plain event */
  series?: string;
  /** As `until` of a plain event */
  until?: Instant;
  /** The lease from which these units were taken */
  lease?: Id;
};

export type CollectedRange = {
  from: Timestamp;
  to: Timestamp;
  /** How much of the range was actually observed */
  coveredSeconds: number;
};

export type ConfirmedChannel = {
  channelId: Id;
  address: string;
  confirmed: true;
};

export type ConfirmedReplyAddress = {
  organisation: string;
  address: string;
};

export type Correction = {
  source: string;
  id: string;
  meter: FeatureKey;
  /** When the event happened: hour and period follow */
  time: Timestamp;
  /** What the event counts as now; 0 when it was voided */
  quantity: Figure;
  /** false: that was known already, and nothing changed */
  changed: boolean;
};

/** void: it never happened. amend: it was another quantity, or another value */
export type CorrectionAction = "void" | "amend";

export type CostFigures = {
  currency: Currency;
  month: Month;
  asOf: Timestamp;
  /** Organisations whose usage is not known at the moment; counted as none */
  unknown: number;
  meters: Array<{
    meter: string;
    /** What a unit costs, as the catalogue in force says */
    unitCost: string;
    /** Used in the month, by all */
    quantity: string;
    /** Use of the month times what a unit costs, exact, in whole units of the currency */
    cost: string;
  }>;
  plans: Array<{
    /** null: what all products share */
    product: ProductKey | null;
    plan: PlanKey | null;
    organisations: number;
    /** What recurs in a month, at the end of this one */
    mrrMinor: number;
    /** What use and packages were charged for in the month, after discounts and before taxes; less than 0 when more was given back */
    usageMinor: number;
    /** Use of the month times what a unit costs, exact, in whole units of the currency */
    cost: string;
    /** What recurs and what use was charged for, minus the cost */
    margin: string;
  }>;
  /** Those that bring least come first */
  organisations: Array<{
    organisationId: Id;
    /** Empty while it is not known */
    name: string;
    plans: Array<string>;
    /** What recurs in a month, at the end of this one */
    mrrMinor: number;
    /** What use and packages were charged for in the month, after discounts and before taxes; less than 0 when more was given back */
    usageMinor: number;
    /** Use of the month times what a unit costs, exact, in whole units of the currency */
    cost: string;
    /** What recurs and what use was charged for, minus the cost */
    margin: string;
  }>;
  /** The table, when CSV was asked for */
  csv?: string;
};

export type Count = number;

export type CountedGrant = {
  kind: "counted";
  limit: Limit;
};

export type CreatedChannel = {
  id: Id;
  kind: "email" | "webhook";
  name: string;
  address?: string;
  /** Of a webhook channel; parts that may be secret are shown as `***` */
  url?: string;
  events: Array<NoticeType>;
  /** `unconfirmed`: nothing is sent before the address has confirmed it */
  state: "active" | "disabled" | "unconfirmed";
  disabledBecause?: "gone" | "by_member" | "unsubscribed";
  /** Why nothing is sent to it: the plan allows fewer channels or no webhooks, or is read-only. It is used again by itself when the plan allows it. null: it is in full use */
  restricted: Restriction | null;
  previousSecretValidUntil?: Timestamp;
  createdAt: Timestamp;
  /** Signing secret of a webhook channel (`whsec_…`). Shown once: store it. */
  secret?: string;
};

export type Credit = {
  id: Id;
  feature: FeatureKey;
  /** What customers read */
  name: string;
  amount: number;
  from: Timestamp;
  /** When the rest expires; null: never */
  until: Timestamp | null;
  source: "package" | "manual" | "promotion";
  package: PackageKey | null;
  /** The lowest is used first; then what expires first */
  priority: number;
  by: string;
  reason: string;
  givenAt: Timestamp;
};

export type CreditLeft = {
  id: Id;
  feature: FeatureKey;
  /** What customers read */
  name: string;
  amount: number;
  from: Timestamp;
  /** When the rest expires; null: never */
  until: Timestamp | null;
  /** rollover: it was left of an earlier window of the plan, and is used before what that includes */
  source: "package" | "manual" | "promotion" | "rollover";
  package: PackageKey | null;
  /** The lowest is used first; then what expires first */
  priority: number;
  givenAt: Timestamp;
  /** What can still be used; null: usage does not answer at present */
  left: number | null;
  expired: boolean;
};

/** A currency of ISO 4217 */
export type Currency = string;

export type CurrentOrganisation = {
  id: Id;
  name: string;
};

export type DatabaseSession = {
  pid: number;
  database: string | null;
  role: string | null;
  application: string;
  client: string | null;
  backend: string;
  state: string;
  waitType: string | null;
  waitEvent: string | null;
  /** Sessions that this one waits for */
  blockedBy: Array<number>;
  querySeconds: number | null;
  stateSeconds: number | null;
  transactionSeconds: number | null;
  queryId: string | null;
  /** Constants and comments removed */
  text: string | null;
};

/** Of a bot that averages down: base order, averaging orders, take profit, limits */
export type DcaSettings = {
  /** Optional */
  strategy?: "dca";
  /** One of GET /api/v1/markets */
  market: string;
  direction: Direction;
  /** Size of the base order in the quote currency */
  baseOrder: PositiveDecimal;
  /** Orders that buy more (sell more for short) when the price goes the wrong way */
  averagingOrders: {
    /** How many averaging orders follow the base order */
    count: number;
    /** Size of the first averaging order in the quote currency */
    size: PositiveDecimal;
    /** Distance of the first averaging order */
    deviationPercent: PositiveDecimal;
    /** Each step is this many times the step before */
    stepScale: PositiveDecimal;
    /** Each order is this many times the order before */
    volumeScale: PositiveDecimal;
    /** What the distance is measured from: the base order’s price, or the fill before */
    deviationFrom: "base" | "lastFill";
    /** How many wait on the exchange at once; by default all */
    activeLimit?: number;
  };
  /** When a trade ends with a profit */
  takeProfit: {
    /** Where the whole position, or what earlier steps left of it, is closed */
    percent: PositiveDecimal;
    /** Of the whole position’s cost, or of the base order’s size */
    basis: "average" | "base";
    /** The percentage is what is left after both fees */
    includeFees: boolean;
    /** Partial exits before the last one, nearest first; with it that makes up to four */
    steps?: Array<{
      /** How far in profit this step is */
      percent: PositiveDecimal;
      /** Part of the position that this step closes */
      sharePercent: PositiveDecimal;
    }>;
    /** Trailing: at `percent` nothing is sold yet; the exit follows this far behind the best price */
    trailingPercent?: PositiveDecimal;
  };
  /** When a trade ends with a loss; absent: never */
  stopLoss?: {
    /** How far in loss the trade ends */
    percent: PositiveDecimal;
    /** What the distance is measured from: the base order, the average, or the last entry */
    basis: "base" | "average" | "lastFill";
    /** Once the price is this far in profit the stop moves to where both fees are paid */
    breakEvenAtPercent?: PositiveDecimal;
    /** How long the price must stay beyond the stop */
    timeoutSeconds?: number;
  };
  /** Between the end of a trade and the next one */
  cooldownSeconds?: number;
  /** The most trades that the bot opens */
  maxTrades?: number;
  /** No trade is opened below this price */
  minPrice?: PositiveDecimal;
  /** No trade is opened above this price */
  maxPrice?: PositiveDecimal;
  /** Isolated margin with leverage. Absent: nothing is borrowed and nothing can be liquidated */
  futures?: {
    /** From 1 to 125: margin is the value divided by it */
    leverage: PositiveDecimal;
    /** Assumed rate of each funding: a long pays it when it is above zero, a short receives it */
    fundingRatePercent: string;
    /** Hours between fundings */
    fundingEveryHours: 1 | 2 | 4 | 8;
  };
};

/** Of a bot that averages down: base order, averaging orders, take profit, limits */
export type DcaSettingsInput = {
  /** Optional */
  strategy?: "dca";
  /** One of GET /api/v1/markets */
  market: string;
  direction: Direction;
  /** Size of the base order in the quote currency */
  baseOrder: PositiveDecimal;
  /** Orders that buy more (sell more for short) when the price goes the wrong way */
  averagingOrders: {
    /** How many averaging orders follow the base order */
    count: number;
    /** Size of the first averaging order in the quote currency */
    size: PositiveDecimal;
    /** Distance of the first averaging order */
    deviationPercent: PositiveDecimal;
    /** Each step is this many times the step before */
    stepScale?: PositiveDecimal;
    /** Each order is this many times the order before */
    volumeScale?: PositiveDecimal;
    /** What the distance is measured from: the base order’s price, or the fill before */
    deviationFrom?: "base" | "lastFill";
    /** How many wait on the exchange at once; by default all */
    activeLimit?: number;
  };
  /** When a trade ends with a profit */
  takeProfit: {
    /** Where the whole position, or what earlier steps left of it, is closed */
    percent: PositiveDecimal;
    /** Of the whole position’s cost, or of the base order’s size */
    basis?: "average" | "base";
    /** The percentage is what is left after both fees */
    includeFees?: boolean;
    /** Partial exits before the last one, nearest first; with it that makes up to four */
    steps?: Array<{
      /** How far in profit this step is */
      percent: PositiveDecimal;
      /** Part of the position that this step closes */
      sharePercent: PositiveDecimal;
    }>;
    /** Trailing: at `percent` nothing is sold yet; the exit follows this far behind the best price */
    trailingPercent?: PositiveDecimal;
  };
  /** When a trade ends with a loss; absent: never */
  stopLoss?: {
    /** How far in loss the trade ends */
    percent: PositiveDecimal;
    /** What the distance is measured from: the base order, the average, or the last entry */
    basis: "base" | "average" | "lastFill";
    /** Once the price is this far in profit the stop moves to where both fees are paid */
    breakEvenAtPercent?: PositiveDecimal;
    /** How long the price must stay beyond the stop */
    timeoutSeconds?: number;
  };
  /** Between the end of a trade and the next one */
  cooldownSeconds?: number;
  /** The most trades that the bot opens */
  maxTrades?: number;
  /** No trade is opened below this price */
  minPrice?: PositiveDecimal;
  /** No trade is opened above this price */
  maxPrice?: PositiveDecimal;
  /** Isolated margin with leverage. Absent: nothing is borrowed and nothing can be liquidated */
  futures?: {
    /** From 1 to 125: margin is the value divided by it */
    leverage: PositiveDecimal;
    /** Assumed rate of each funding: a long pays it when it is above zero, a short receives it */
    fundingRatePercent?: string;
    /** Hours between fundings */
    fundingEveryHours?: 1 | 2 | 4 | 8;
  };
};

export type DeadLetter = {
  id: Id;
  consumer: string;
  eventId: string;
  type: string;
  aggregate: string;
  /** Why it failed, in words */
  error: string;
  /** What of the event does not fit, field by field; empty where it failed for another reason */
  faults: Array<FieldError>;
  attempts: number;
  diedAt: Timestamp;
};

export type Decimal = string;

export type Delivery = {
  /** Also the `webhook-id` and the local part of the Message-ID: the same for every attempt */
  id: Id;
  channelId: Id;
  event: "server.unreachable" | "trade.closed" | "bot.halted" | "quota.reached" | "invoice.due" | "plan.decided" | "plan.ordered" | "seats.stopped" | "top_up.stopped" | "payment.disputed" | "channel.test" | "channel.confirmation";
  state: DeliveryState;
  attempts: number;
  lastError?: DeliveryError;
  lastStatus?: number;
  nextAttemptAt?: Timestamp;
  createdAt: Timestamp;
  deliveredAt?: Timestamp;
};

export type DeliveryError = "http_status" | "unreachable" | "host_not_allowed" | "host_not_resolvable" | "smtp_refused" | "smtp_unreachable" | "smtp_not_configured" | "quota_exhausted" | "quota_unknown" | "feature_not_included" | "channel_disabled" | "channel_unconfirmed" | "too_many_waiting" | "internal_error";

export type DeliveryState = "pending" | "delivered" | "failed" | "quota_exhausted" | "cancelled";

/** By dimension; null: the events said nothing of it */
export type Dimensions = Record<string, string | null>;

/** long earns when the price rises, short when it falls */
export type Direction = "long" | "short";

export type Dispute = {
  /** At the payment provider */
  id: string;
  organisationId: Id;
  chargeId: string;
  state: DisputeState;
  /** In the words of the provider */
  status: string;
  /** In the words of the provider */
  reason: string;
  currency: Currency;
  /** In the smallest unit of the currency */
  amountMinor: number;
  /** Until when the bank takes evidence */
  answerBy: Timestamp | null;
  openedAt: Timestamp;
  /** It was lost and is not settled: what was paid for can only be read */
  readOnly: boolean;
  settledAt: Timestamp | null;
  settledReason: string;
};

/** won: the payment stands. lost: the bank gave it back to whoever paid */
export type DisputeState = "open" | "won" | "lost";

export type Domain = {
  id: Id;
  /** In lower case; other alphabets as `xn--…` */
  name: string;
  /** `missing`: it was proven and its record has gone; after 3 days it is waiting again */
  state: "waiting" | "proven" | "missing";
  /** The DNS record that proves it; it has to stay */
  record: {
    name: string;
    type: "TXT";
    value: string;
  };
  /** Where a CNAME (or ALIAS) of the name has to lead, for pages to open there */
  pointsTo: string;
  createdAt: Timestamp;
  provenAt: Timestamp | null;
};

export type DomainPage = {
  items: Array<Domain>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type DoublePayment = {
  organisationId: Id;
  product: ProductKey;
  subscriptionId: string;
  foundAt: Timestamp;
};

export type EmailChange = {
  /** false: when the mail’s token is sent */
  changed: boolean;
};

export type Empty = Record<string, never>;

export type EndedHold = {
  holdId: Id;
  feature: FeatureKey;
  held: number;
  /** What was counted */
  quantity: number;
  /** What others can have again */
  released: number;
};

export type EndedSessions = {
  ended: number;
};

export type Enforcement = "hard" | "soft" | "overage";

export type EquityPoint = {
  at: Timestamp;
  /** Profit of closed trades and open profit at this close */
  equity: Decimal;
};

/** last_7_days: what is left of the period is used as the same hours of the last seven days were. straight_line: what is left is used as fast as the period so far; while there are not seven days of history. too_early: the period is less than a day old and there is no history */
export type EstimateMethod = "last_7_days" | "straight_line" | "too_early";

export type FeatureGrant = CountedGrant | StaticGrant | BooleanGrant | LevelGrant | MeteredGrant;

export type FeatureInfo = {
  key: FeatureKey;
  name: string;
  unit: string;
  description: string;
  /** null: shared by all products */
  product: ProductKey | null;
  /** What a metered limit applies to; null for other kinds */
  per: QuotaWindow | null;
  /** true: it is sold and granted, and cannot be used so far. Shown wherever it is sold */
  coming?: boolean;
};

/** Name of a feature; a metered feature and its meter share it */
export type FeatureKey = string;

export type FeatureLimit = {
  feature: FeatureKey;
  kind: "counted" | "metered" | "static" | "boolean" | "level";
  /** null: shared by all products */
  product: string | null;
  /** false: the plan says no, level none, or a limit of 0 without prepaid credits */
  included: boolean;
  access: Access;
  /** Of features with levels; null for others */
  level: Level | null;
  /** null: unlimited, or a feature without numbers */
  limit: Limit;
  /** Of metered features; null for others */
  per: QuotaWindow | null;
  /** Of metered features; null for others */
  enforcement: Enforcement | null;
  /** Of metered features; null for others: their services count them */
  used: Figure | null;
  /** Lent or held. Of metered features; null for others */
  reserved: Figure | null;
  /** With prepaid credits. Of metered features; null for others, and for unlimited ones */
  remaining: Figure | null;
  /** Prepaid units that are left. Of metered features; null for others */
  credits: Figure | null;
  /** What was left of earlier windows; null: the plan carries nothing of it */
  rollover: RolledOver | null;
  /** Of metered features; null for others, and where nothing is ever reset */
  resetsAt: Timestamp | null;
  /** The cheapest plan on offer that gives more */
  upgrade: Upgrade | null;
  /** The cheapest add-on on offer that gives more */
  addon: UpgradeAddon | null;
};

/** Where a bot’s candles come from */
export type Feed = {
  source: CandleSource;
  interval: CandleInterval;
  /** First candle; by default the oldest */
  from?: Instant;
  /** Pace of the replay; by default as fast as possible */
  candlesPerSecond?: number;
};

/** monitoring: servers; trading: bots; billing: plan, payments and quotas; team: members and API keys */
export type FeedArea = "monitoring" | "trading" | "billing" | "team";

/** Where a bot’s candles come from */
export type FeedInput = {
  source?: CandleSource;
  interval?: CandleInterval;
  /** First candle; by default the oldest */
  from?: Instant;
  /** Pace of the replay; by default as fast as possible */
  candlesPerSecond?: number;
};

export type FieldChange = {
  /** Its name in the API, with a point before what is inside */
  field: string;
  /** null: there was none; absent: not known */
  from?: string | null;
  /** null: there is none */
  to?: string | null;
  /** true: it was set, and what to is not shown */
  hidden?: boolean;
};

export type FieldError = {
  /** JSON pointer into the input */
  field: string;
  code: string;
  /** What is wrong and what to do */
  message: string;
  /** The values in the message, such as `maximum`: with the code they say it in another language */
  params?: Record<string, string | number>;
};

/** In units of the meter */
export type Figure = number;

export type Fill = {
  orderId: Id;
  price: Decimal;
  quantity: Decimal;
  value: Decimal;
  fee: Decimal;
  at: Timestamp;
};

export type Grant = {
  id: Id;
  feature: FeatureKey;
  /** set: exactly this in place of what plans give. add: on top. max: at least this */
  op: "set" | "add" | "max";
  value: GrantValue;
  from: Timestamp;
  until: Timestamp | null;
  source: "trial" | "manual" | "promotion" | "coupon";
  by: string;
  reason: string;
  givenAt: Timestamp;
};

/** A number (null is unlimited), yes or no, or a level */
export type GrantValue = number | boolean | Level | null;

/** hour: of UTC. day: of the organisation. month: of the meter’s periods */
export type Granularity = "hour" | "day" | "month";

export type Halt = {
  reason: "contradictoryReports" | "ordersRejected" | "positionChanged" | "cannotRun" | "moved";
  message: string;
  at: Timestamp;
};

export type Happening = {
  id: Id;
  kind: HappeningKind;
  /** When it happened last */
  at: Timestamp;
  /** When it happened first */
  since: Timestamp;
  /** How often: what happens to one thing again within an hour is one entry */
  count: number;
  thing: {
    /** The server, bot, invoice, meter, product, member or API key; null where there is none */
    id: string | null;
    /** As it was called then; null of a member: members.list says it */
    name: string | null;
  };
  /** Profit of the trades as a sum, or the amount of the invoice */
  amount: Decimal | null;
  currency: string | null;
  detail: HappeningDetail;
};

export type HappeningDetail = {
  /** Of an unreachable server why it could not be reached, of a finding which (`blocked`, `index_unused`), of a bot why it was halted, of a subscription what was done to it (`canceled`, `paused`), of an order whether it was `approved` or `refused`, of a dispute its state, of a top-up why it ended, of a member the role */
  code?: string;
  /** How long the server could not be reached, or the finding lasted */
  seconds?: number;
  /** Of a finding about indexes: how many are new, or gone */
  indexes?: number;
  /** Of a finding about a single index: its name */
  index?: string;
  /** The share of the quota that was reached */
  percent?: number;
  /** Of an invoice; below zero: so many days before it is due */
  daysOverdue?: number;
  product?: string;
  /** In force from then on */
  plan?: string;
  /** Absent where it stayed the same */
  planBefore?: string;
};

/** What happened */
export type HappeningKind = "server.added" | "server.removed" | "server.unreachable" | "server.reachable" | "finding.found" | "finding.solved" | "bot.created" | "bot.started" | "bot.stopped" | "bot.halted" | "bot.deleted" | "trade.closed" | "subscription.changed" | "order.decided" | "invoice.issued" | "invoice.paid" | "invoice.due" | "payment.disputed" | "seats.stopped" | "top_up.stopped" | "quota.reached" | "member.joined" | "member.changed" | "member.left" | "key.created" | "key.replaced" | "key.revoked";

export type Happenings = {
  items: Array<Happening>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type HistoryGroup = {
  dimensions: Dimensions;
  /** true: the combinations that are not listed or were not counted apart, all together */
  others: boolean;
  /** With `by=key`; null: no key, such as a person in a browser, or what was counted before keys were */
  key?: UsageKey | null;
  /** With `by=source`; null: counted before sources were */
  source?: string | null;
  total: Figure;
  /** Only steps in which something was counted */
  items: Array<{
    start: Timestamp;
    quantity: Figure;
    events: number | null;
  }>;
};

export type HorizonHolder = {
  kind: "session" | "prepared_transaction" | "slot_xmin" | "slot_catalog_xmin" | "standby";
  /** Process id, name of the transaction or of the slot, or of the standby */
  name: string;
  /** Nothing younger than this can be frozen */
  age: Count;
  since: Timestamp | null;
  database: string | null;
  role: string | null;
  /** Of the session or the standby; active or inactive for a slot */
  state: string | null;
};

export type Id = string;

/** What everybody may read on the page of states */
export type Incident = {
  id: Id;
  title: string;
  components: Array<"api" | "billing" | "usage" | "monitoring" | "trading" | "notifications">;
  /** How far an incident has been dealt with */
  state: "investigating" | "identified" | "monitoring" | "resolved";
  startedAt: Timestamp;
  /** null: it goes on */
  resolvedAt: Timestamp | null;
  /** The newest first */
  updates: Array<IncidentUpdate>;
};

export type IncidentPage = {
  items: Array<Incident>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type IncidentUpdate = {
  at: Timestamp;
  /** How far an incident has been dealt with */
  state: "investigating" | "identified" | "monitoring" | "resolved";
  text: string;
};

export type IndexFinding = {
  /** invalid: a build failed, and it slows down writes without being used; duplicate: another index is the same; redundant: another index starts with its columns; unused: not read for at least 35 days */
  kind: "invalid" | "duplicate" | "redundant" | "unused";
  database: string;
  schema: string;
  table: string;
  index: string;
  columns: Array<string>;
  method: string | null;
  /** null: not measured yet */
  bytes: Count | null;
  /** Indexes of the same table that replace it; the first is not itself recommended for dropping */
  coveredBy: Array<string>;
  unusedSince: Timestamp | null;
  what: string;
  /** The evidence, and what to consider */
  evidence: Array<string>;
  /** To be run in `database`; null: keep the index until the advice is followed */
  sql: string | null;
};

/** Which indicator */
export type Indicator = "ema" | "rsi" | "atr" | "bollinger" | "macd";

export type IndicatorPoint = {
  /** Start of the candle; the value is at its close */
  at: Timestamp;
  /** ema, rsi, atr; upper, middle, lower of bollinger (2 standard deviations); macd, signal, histogram of macd (12, 26, 9) */
  values: Record<string, number>;
};

export type Installation = {
  name: string;
  version: string;
  /** How customers reach this installation */
  publicUrl: string;
  /** open: anybody may create an account */
  signUp: "open";
  logInMethods: Array<"password">;
  /** Whether this installation can send e-mail */
  email: boolean;
  /** Whether browsers keep the session cookie at the requesting address; otherwise open publicUrl */
  sessionCookies: boolean;
  /** Whose domain the requesting address is: its pages show this organisation only */
  organisationId: Id | null;
};

/** An instant in ISO 8601 with `Z` or an offset such as `+01:00` */
export type Instant = string;

export type Invitation = {
  id: Id;
  email: string;
  role: Role;
  /** The invitation ends with their right to invite */
  invitedBy: Id;
  expiresAt: Timestamp;
  createdAt: Timestamp;
};

export type InvitingOrganisation = {
  id: Id;
  name: string;
};

export type Invoice = {
  id: Id;
  /** null until it is issued */
  number: string | null;
  /** manual: paid outside the platform; demo: made up, nobody owes it */
  provider: "manual" | "stripe" | "demo";
  status: InvoiceStatus;
  /** As it was when it was issued; null: the provider knows */
  customer: InvoiceCustomer | null;
  currency: Currency;
  subtotalMinor: AmountMinor;
  discountMinor: AmountMinor;
  /** The sum of that of its lines */
  taxMinor: AmountMinor;
  /** null: none, or another than our own computed it */
  tax?: InvoiceTax | null;
  totalMinor: AmountMinor;
  /** Paid from the balance that earlier credits left */
  fromBalanceMinor: AmountMinor;
  /** Taken back by credit notes */
  creditedMinor: AmountMinor;
  /** What of that is tax */
  creditedTaxMinor?: AmountMinor;
  /** What is left to pay */
  dueMinor: AmountMinor;
  periodStart: Timestamp;
  periodEnd: Timestamp;
  issuedAt: Timestamp | null;
  dueAt: Timestamp | null;
  paidAt: Timestamp | null;
  /** A page on which the invoice can be paid */
  url: string | null;
  pdfUrl: string | null;
};

export type InvoiceCustomer = {
  name: string;
  address: string | null;
  taxId: string | null;
  /** By its two letters of ISO 3166 */
  country?: string | null;
};

export type InvoiceLine = {
  /** null: of no product, such as a one-off charge */
  product: string | null;
  /** What is paid for, such as `plan:pro`, `addon:explain_pro` or `usage:api_calls` */
  item: string;
  description: string;
  /** Of usage what this line charges, in units of the meter, with its digits behind the point */
  quantity: number;
  /** Before discounts */
  amountMinor: AmountMinor;
  /** What coupons take from this line, not below zero */
  discountMinor: AmountMinor;
  /** On what is left; 0 where another than our own computes tax */
  taxMinor: AmountMinor;
  periodStart: Timestamp;
  periodEnd: Timestamp;
  /** Of a line of usage: what it is about */
  usage?: {
    meter: string;
    from: Timestamp;
    to: Timestamp;
    /** Everything that was counted in that time when the line was made; null: not known yet */
    used: number | null;
    /** What paid for a part of it; null: not known */
    covered: {
      /** By what the plan includes, with add-ons and grants */
      plan: number;
      /** By what was left of earlier windows */
      rollover: number;
      /** By prepaid units */
      credits: number;
    } | null;
    /** What is charged of it, by this line and those before it for the same time: `used` less what is covered. null: not known */
    charged: number | null;
    /** Lists exactly its events: their quantities add up to what was used */
    events: string;
  };
};

export type InvoiceOfAny = {
  id: Id;
  /** null until it is issued */
  number: string | null;
  /** manual: paid outside the platform; demo: made up, nobody owes it */
  provider: "manual" | "stripe" | "demo";
  status: InvoiceStatus;
  /** As it was when it was issued; null: the provider knows */
  customer: InvoiceCustomer | null;
  currency: Currency;
  subtotalMinor: AmountMinor;
  discountMinor: AmountMinor;
  /** The sum of that of its lines */
  taxMinor: AmountMinor;
  /** null: none, or another than our own computed it */
  tax?: InvoiceTax | null;
  totalMinor: AmountMinor;
  /** Paid from the balance that earlier credits left */
  fromBalanceMinor: AmountMinor;
  /** Taken back by credit notes */
  creditedMinor: AmountMinor;
  /** What of that is tax */
  creditedTaxMinor?: AmountMinor;
  /** What is left to pay */
  dueMinor: AmountMinor;
  periodStart: Timestamp;
  periodEnd: Timestamp;
  issuedAt: Timestamp | null;
  dueAt: Timestamp | null;
  paidAt: Timestamp | null;
  /** A page on which the invoice can be paid */
  url: string | null;
  pdfUrl: string | null;
  lines: Array<InvoiceLine>;
  organisationId: Id;
  /** Its organisation is deleted; the invoice is kept because laws want it */
  deleted: boolean;
};

export type InvoiceStatus = "draft" | "open" | "paid" | "void" | "uncollectible";

export type InvoiceTax = {
  name: string;
  /** Percent, an exact decimal */
  rate: string;
  /** The customer owes the tax: nothing is added */
  reverseCharge: boolean;
};

export type InvoiceWithLines = {
  id: Id;
  /** null until it is issued */
  number: string | null;
  /** manual: paid outside the platform; demo: made up, nobody owes it */
  provider: "manual" | "stripe" | "demo";
  status: InvoiceStatus;
  /** As it was when it was issued; null: the provider knows */
  customer: InvoiceCustomer | null;
  currency: Currency;
  subtotalMinor: AmountMinor;
  discountMinor: AmountMinor;
  /** The sum of that of its lines */
  taxMinor: AmountMinor;
  /** null: none, or another than our own computed it */
  tax?: InvoiceTax | null;
  totalMinor: AmountMinor;
  /** Paid from the balance that earlier credits left */
  fromBalanceMinor: AmountMinor;
  /** Taken back by credit notes */
  creditedMinor: AmountMinor;
  /** What of that is tax */
  creditedTaxMinor?: AmountMinor;
  /** What is left to pay */
  dueMinor: AmountMinor;
  periodStart: Timestamp;
  periodEnd: Timestamp;
  issuedAt: Timestamp | null;
  dueAt: Timestamp | null;
  paidAt: Timestamp | null;
  /** A page on which the invoice can be paid */
  url: string | null;
  pdfUrl: string | null;
  lines: Array<InvoiceLine>;
};

export type Jwks = {
  keys: Array<Record<string, unknown>>;
};

export type Ladder = {
  market: string;
  currency: string;
  /** Of the base order */
  price: Decimal;
  levels: Array<LadderLevel>;
  /** Needed when every averaging order fills, entry fees included */
  capital: Decimal;
  /** The part of the capital that is fees */
  fees: Decimal;
  /** What the wallet must hold for all of it: capital ÷ leverage, plus the fees */
  margin: Decimal;
  /** Loss of a trade that fills every order and ends at its stop loss, or else is liquidated; null: with neither, only the capital bounds it */
  worstLoss: Decimal | null;
};

export type LadderLevel = {
  /** 0 is the base order */
  index: number;
  /** Distance from the base order’s price */
  deviationPercent: Decimal;
  price: Decimal;
  /** In the quote currency, after rounding */
  size: Decimal;
  quantity: Decimal;
  /** When this and every order before it are filled */
  totalQuantity: Decimal;
  totalSize: Decimal;
  /** Truncated to twelve decimals */
  averagePrice: Decimal;
  /** First price at which closing pays both fees */
  breakEvenPrice: Decimal;
  takeProfitPrice: Decimal;
  /** null: no stop loss is set */
  stopLossPrice: Decimal | null;
  /** null: not traded with futures */
  liquidationPrice: Decimal | null;
  /** From this price to the take profit, truncated to six decimals */
  reboundPercent: Decimal;
};

export type Lease = {
  /** null when nothing was granted */
  leaseId: Id | null;
  meter: FeatureKey;
  granted: number;
  expiresAt: Timestamp;
  limit: Limit;
  enforcement: Enforcement;
  used: number;
  reserved: number;
  /** null: the limit applies to all use there has been */
  resetsAt: Timestamp | null;
  product: string | null;
  plan: string | null;
  upgradeTo: string | null;
  /** An add-on that gives more; absent: none does */
  addon?: UpgradeAddon;
  /** Of what the plan limits by the minute as well */
  rate?: LeaseRate;
};

export type LeaseRate = {
  limit: number;
  /** What is lent to nobody in this minute, after this lease */
  left: number;
  /** The lease is spent within this time; then a new minute begins */
  resetsInMs: number;
  /** When nothing is left: whose plan decides, and what gives more in a minute */
  refusal?: {
    product: string | null;
    upgradeTo: string | null;
    addon?: UpgradeAddon;
  };
};

export type LeaseRequest = {
  meter: FeatureKey;
  /** Units you would like to spend without asking again */
  want: number;
  /** All or nothing: for one piece of work that needs all units */
  whole?: boolean;
  /** Who holds the lease: one process of yours */
  holderId: string;
  /** Chosen by you, new for every lease; the same key again returns the same lease */
  leaseKey: string;
  /** The lease ends after this time, at most a day, and with the window of the limit at the latest */
  ttlSeconds?: number;
};

export type LedgerEntry = {
  sequence: number;
  kind: LedgerKind;
  /** Change of the paper wallet in the quote currency */
  amount: Decimal;
  /** Sum of all changes of this bot up to here */
  balance: Decimal;
  tradeId: Id;
  /** null: funding belongs to no order */
  orderId: Id | null;
  at: Timestamp;
};

export type LedgerKind = "buy" | "sell" | "fee" | "funding";

/** Which come first */
export type LedgerSort = "oldest" | "newest";

export type Level = "none" | "basic" | "premium" | "unlimited";

export type LevelGrant = {
  kind: "level";
  level: Level;
};

/** The most that is allowed; null is unlimited */
export type Limit = number | null;

export type ListedFigures = {
  /** The snapshot of the sessions */
  at: Timestamp;
  /** Active sessions of clients */
  active: Count;
  /** Sessions that wait for a lock */
  waiting: Count;
  connections: Count;
  maxConnections: number | null;
  oldestTransactionSeconds: number;
  /** In the last minute; null: not read */
  commitsPerSecond: number | null;
  /** In the last minute; null: not read */
  callsPerSecond: number | null;
  /** Mean time of a call in the last minute; null: there was none */
  meanMs: number | null;
  /** In the last hour, 0 to 1; null: nothing was read */
  cacheHitRatio: number | null;
  /** Size of all databases; null: not measured yet */
  bytes: number | null;
  /** Active sessions of the last 60 minutes, on average over each; null: no snapshot in that minute */
  spark: Array<number | null>;
};

export type ListedFinding = {
  /** invalid: a build failed, and it slows down writes without being used; duplicate: another index is the same; redundant: another index starts with its columns; unused: not read for at least 35 days */
  kind: "invalid" | "duplicate" | "redundant" | "unused";
  database: string;
  schema: string;
  table: string;
  index: string;
  columns: Array<string>;
  method: string | null;
  /** null: not measured yet */
  bytes: Count | null;
  /** Indexes of the same table that replace it; the first is not itself recommended for dropping */
  coveredBy: Array<string>;
  unusedSince: Timestamp | null;
  what: string;
  /** The evidence, and what to consider */
  evidence: Array<string>;
  /** To be run in `database`; null: keep the index until the advice is followed */
  sql: string | null;
  /** The same whenever the same is found of the same index */
  id: string;
  /** Who looked at it and decided to leave it, and why; null: nobody did */
  dismissed: {
    reason: string;
    at: Timestamp;
    personId: Id | null;
  } | null;
};

export type ListedServer = {
  id: Id;
  name: string;
  host: string;
  port: number;
  database: string;
  user: string;
  tlsMode: TlsMode;
  tlsCa: string | null;
  /** When the client certificate of the role, or one of its chain, ends; null: there is none */
  tlsCertValidUntil: Timestamp | null;
  /** The database that this installation itself runs on */
  platform: boolean;
  state: ServerState;
  stateSince: Timestamp;
  /** Why nothing is collected from it: the plan allows fewer servers, or is read-only. What was collected can be read, and collecting goes on by itself when the plan allows it again. null: it is in full use */
  restricted: Restriction | null;
  /** Why the last attempt failed and what to do; null when it did not */
  failure: {
    code: string;
    what: string;
  } | null;
  /** What is not collected, since when, why, and the SQL that fixes it: checks of the last report with severity error or warning, and every query that failed twice in a row */
  missing: Array<ServerCheck>;
  version: string | null;
  lastCollectedAt: Timestamp | null;
  createdAt: Timestamp;
  updatedAt: Timestamp;
  /** null: no snapshot in the last hour, or the plan does not include metrics */
  figures: ListedFigures | null;
  /** What is wrong with it now, worst first */
  findings: Array<ServerFinding>;
};

export type ListedStatement = {
  statementId: string;
  database: string;
  role: string;
  /** PostgreSQL’s own id of the statement, as text */
  queryId: string;
  /** Our own name of the query: the same for every database, role and spelling, and after its tables were made anew; null where the text is not known, not whole, or not one that PostgreSQL 18 takes */
  queryKey: string | null;
  /** false: called from within a function */
  toplevel: boolean;
  /** Constants are parameters, comments removed; null until it has been read */
  text: string | null;
  textTruncated: boolean;
  calls: Count;
  rows: Count;
  totalMs: number;
  meanMs: number;
  planMs: number;
  sharedBlocksHit: Count;
  sharedBlocksRead: Count;
  sharedBlocksDirtied: Count;
  sharedBlocksWritten: Count;
  tempBlocksRead: Count;
  tempBlocksWritten: Count;
  ioReadMs: number;
  ioWriteMs: number;
  walBytes: Count;
  /** Reset in the range, or possibly evicted: some work may be missing */
  partial: boolean;
  firstSeenAt: Timestamp;
  lastSeenAt: Timestamp;
  /** Of the total time of the list, 0 to 1; null: there was none */
  share: number | null;
  /** Time spent, by equal parts of the range of `sparkStep` seconds; null unless `spark` asks for it */
  spark: Array<number> | null;
  /** In the period of the same length before; null: not called then, or not asked for */
  previous: {
    calls: Count;
    totalMs: number;
    meanMs: number;
  } | null;
  change: StatementChange | null;
};

/** Language */
export type Locale = "en" | "de";

export type LockWait = {
  blocked: number;
  /** 0: a prepared transaction */
  blocker: number;
  lockType: string;
  /** Schema and name; null where the lock is on no relation, or in another database */
  relation: string | null;
  wantedMode: string;
  /** The mode that the blocker holds, or waits for when `held` is false */
  blockerMode: string;
  /** false: the blocker waits for it too, and is only ahead in the queue */
  held: boolean;
  /** null before PostgreSQL 14 */
  waitSeconds: number | null;
  /** Name of the prepared transaction, if the blocker is one */
  preparedTransaction: string | null;
};

export type MailSender = {
  name: string | null;
  /** Of a domain that the organisation has proved */
  address: string | null;
  /** Where answers go */
  replyTo: string | null;
  /** proven: answers go there. waiting: the address was asked by mail and has not agreed. null: there is none */
  replyToState: "proven" | "waiting" | null;
};

export type Market = {
  market: string;
  /** Grows with every change of the rules; earlier runs keep their own */
  version: number;
  /** Created by your organisation; otherwise it comes with Tidegate */
  custom: boolean;
  base: string;
  quote: string;
  /** Prices are whole multiples of it */
  tickSize: Decimal;
  /** Quantities are whole multiples of it */
  lotSize: Decimal;
  minQuantity: Decimal;
  /** Smallest price × quantity of an order, in the quote currency */
  minNotional: Decimal;
  /** Prices above it cannot be stored in ticks of this size */
  maxPrice: Decimal;
  /** Of every fill’s value, paid in the quote currency */
  feePercent: Decimal;
  /** Of a future’s value: with less margin left it is liquidated */
  maintenanceMarginPercent: Decimal;
  /** Synthetic candles of this market come with Tidegate */
  bundled: boolean;
};

/** Of a bot that adds in proportion to its loss, guided by moving averages */
export type MartingaleEmaSettings = {
  /** Names the strategy of these settings */
  strategy: "martingale-ema";
  /** One of GET /api/v1/markets */
  market: string;
  direction: Direction;
  /** What the bot may risk, in the quote currency; its profits are added to it */
  balance: PositiveDecimal;
  /** Isolated margin with leverage */
  futures: {
    /** From 1 to 125: margin is the value divided by it */
    leverage: PositiveDecimal;
    /** Assumed rate of each funding: a long pays it when it is above zero, a short receives it */
    fundingRatePercent: string;
    /** Hours between fundings */
    fundingEveryHours: 1 | 2 | 4 | 8;
  };
  /** Margin of the first order, of the balance */
  openPercent: PositiveDecimal;
  /** No order raises the margin above this part of the balance; from 70 % of it on, orders become smaller */
  maxMarginPercent: PositiveDecimal;
  /** Profit over margin at which all is closed */
  closeAtReturnPercent: PositiveDecimal;
};

/** Of a bot that adds in proportion to its loss, guided by moving averages */
export type MartingaleEmaSettingsInput = {
  /** Names the strategy of these settings */
  strategy: "martingale-ema";
  /** One of GET /api/v1/markets */
  market: string;
  direction: Direction;
  /** What the bot may risk, in the quote currency; its profits are added to it */
  balance: PositiveDecimal;
  /** Isolated margin with leverage */
  futures: {
    /** From 1 to 125: margin is the value divided by it */
    leverage: PositiveDecimal;
    /** Assumed rate of each funding: a long pays it when it is above zero, a short receives it */
    fundingRatePercent?: string;
    /** Hours between fundings */
    fundingEveryHours?: 1 | 2 | 4 | 8;
  };
  /** Margin of the first order, of the balance */
  openPercent?: PositiveDecimal;
  /** No order raises the margin above this part of the balance; from 70 % of it on, orders become smaller */
  maxMarginPercent?: PositiveDecimal;
  /** Profit over margin at which all is closed */
  closeAtReturnPercent?: PositiveDecimal;
};

export type Me = {
  user: Profile;
  /** The first 200; GET /api/v1/organisations has them all */
  organisations: Array<{
    id: Id;
    name: string;
    role: Role;
    /** Whether all of it is made up, to be looked at */
    demo: boolean;
    /** Of a demo, the moment at which its data ends and its pages end; null while there is none */
    demoUntil: Timestamp | null;
  }>;
  /** The demo of the installation, which everybody may look at without being a member; null where there is none, or it is among `organisations` */
  demo: {
    id: Id;
    name: string;
    role: Role;
    /** Whether all of it is made up, to be looked at */
    demo: boolean;
    /** Of a demo, the moment at which its data ends and its pages end; null while there is none */
    demoUntil: Timestamp | null;
  } | null;
  organisationId: Id | null;
  /** What the caller may do in the organisation of `organisationId` */
  scopes: Array<string>;
  /** Where this request acts: as the header `Tidegate-Organisation` says, or the session; null: nowhere, the person has no organisation */
  organisation: OrganisationHere | null;
  installation: {
    /** How the operator calls it */
    name: string;
    /** The address of this request is a domain of the organisation, where no other one is shown */
    confined: boolean;
  };
  /** When it was answered: what clocks are compared with */
  serverTime: Timestamp;
};

export type Member = {
  userId: Id;
  email: string;
  name: string;
  role: Role;
  /** Why they may only read at present, as a viewer: the plan allows fewer members, and they joined last. Owners come first, and the first of them is never restricted. null: they may do what their role may */
  restricted: Restriction | null;
  joinedAt: Timestamp;
  /** When a session of theirs was last used, to the hour */
  lastActiveAt: Timestamp | null;
};

export type Meter = {
  meter: FeatureKey;
  name: string;
  unit: string;
  description: string;
  /** What it does with the quantities of events */
  aggregate: "sum" | "count" | "unique" | "max" | "latest" | "time_weighted";
  /** Digits behind the point that a quantity may have */
  decimals: number;
  /** Dimensions of an event that are reported apart */
  groupBy: Array<string>;
};

export type MeteredGrant = {
  kind: "metered";
  limit: Limit;
  enforcement: Enforcement;
  /** Use never passes it: the limit when hard, more with a grace, null when nothing is refused */
  ceiling: Limit;
  per: QuotaWindow;
  /** absent: what is left of a window is gone with it */
  rollover?: Rollover;
};

/** In the smallest unit of the currency: 2900 is 29.00 EUR */
export type Money = {
  currency: Currency;
  amountMinor: number;
};

export type MonitoredDatabase = {
  name: string;
  /** null: not measured yet */
  bytes: Count | null;
  connections: Count;
  commits: Count;
  rollbacks: Count;
  blocksHit: Count;
  blocksRead: Count;
  rowsReturned: Count;
  rowsFetched: Count;
  rowsInserted: Count;
  rowsUpdated: Count;
  rowsDeleted: Count;
  tempFiles: Count;
  tempBytes: Count;
  deadlocks: Count;
  /** Time that sessions were active; null before PostgreSQL 14 */
  activeMs: number | null;
  /** Of about 2.1 billion; vacuum keeps it low */
  transactionAge: Count;
  /** Counters were reset in the range, or may have been (PostgreSQL reports that tables of a database were reset, not which): the figures are the least that was done */
  partial: boolean;
  /** When it was found dropped, or no longer visible to the role; null: it exists */
  goneAt: Timestamp | null;
};

export type MonitoredIndex = {
  database: string;
  schema: string;
  table: string;
  name: string;
  /** Key columns in order; `(expression)` for an expression */
  columns: Array<string>;
  method: string | null;
  unique: boolean;
  primary: boolean;
  valid: boolean;
  /** null: not measured yet */
  bytes: Count | null;
  scans: Count;
  rowsRead: Count;
  rowsFetched: Count;
  blocksHit: Count;
  blocksRead: Count;
  /** Number of partitions, whose figures are added up with `partitions=together`; null: it has none */
  partitions: Count | null;
  /** The partitioned one at the top, for `partitions=apart` */
  partitionOf: string | null;
  /** Counters were reset in the range, or may have been (PostgreSQL reports that tables of a database were reset, not which): the figures are the least that was done */
  partial: boolean;
  /** When the last snapshot of its database was taken; null: none are taken any more */
  snapshotAt: Timestamp | null;
  /** How much of the range the snapshots of its database cover: later work shows with the next snapshot */
  coveredSeconds: number;
  /** When it was found dropped, or no longer visible to the role; null: it exists */
  goneAt: Timestamp | null;
};

export type MonitoredTable = {
  database: string;
  schema: string;
  name: string;
  kind: "table" | "materialized view" | "partitioned table";
  /** null: never analysed */
  estimatedRows: Count | null;
  /** null: not measured yet */
  heapBytes: Count | null;
  /** null: not measured yet */
  indexBytes: Count | null;
  /** null: not measured yet */
  totalBytes: Count | null;
  /** It was locked when sizes were last measured; this is an older size */
  sizeStale: boolean;
  deadRows: Count;
  liveRows: Count;
  sequentialScans: Count;
  rowsReadSequentially: Count;
  indexScans: Count;
  rowsFetchedByIndex: Count;
  rowsInserted: Count;
  rowsUpdated: Count;
  rowsHotUpdated: Count;
  rowsDeleted: Count;
  blocksHit: Count;
  blocksRead: Count;
  /** Of partitions the one that was longest ago */
  lastVacuumAt: Timestamp | null;
  /** Of partitions the one that was longest ago */
  lastAnalyzeAt: Timestamp | null;
  /** Number of partitions, whose figures are added up with `partitions=together`; null: it has none */
  partitions: Count | null;
  /** The partitioned one at the top, for `partitions=apart` */
  partitionOf: string | null;
  /** Counters were reset in the range, or may have been (PostgreSQL reports that tables of a database were reset, not which): the figures are the least that was done */
  partial: boolean;
  /** When the last snapshot of its database was taken; null: none are taken any more */
  snapshotAt: Timestamp | null;
  /** How much of the range the snapshots of its database cover: later work shows with the next snapshot */
  coveredSeconds: number;
  /** When it was found dropped, or no longer visible to the role; null: it exists */
  goneAt: Timestamp | null;
};

/** A month of UTC */
export type Month = string;

/** Shown as it is, but without control and invisible characters and with single spaces */
export type Name = string;

export type NewApiKey = {
  id: string;
  name: string;
  scopes: Array<string>;
  /** Why it may only read at present: the plan allows fewer keys, and it is one of the newest */
  restricted: Restriction | null;
  /** How the key begins, to tell which it is */
  prefix: string;
  createdAt: Timestamp;
  expiresAt: Timestamp | null;
  /** To about a minute */
  lastUsedAt: Timestamp | null;
  /** The key that was made in its place; it works until it expires */
  replacedBy: string | null;
  createdBy: Id;
  key: string;
};

export type NewChannel = NewEmailChannel | NewWebhookChannel;

export type NewEmailChannel = {
  /** An e-mail address */
  kind: "email";
  /** Where messages are sent */
  address: string;
  /** Defaults to the address or host */
  name?: Name;
  /** What this channel is notified of; everything when absent */
  events?: Array<NoticeType>;
};

export type NewInvitation = {
  id: Id;
  email: string;
  role: Role;
  /** The invitation ends with their right to invite */
  invitedBy: Id;
  expiresAt: Timestamp;
  createdAt: Timestamp;
  token: string;
  mailed: boolean;
};

export type NewServer = {
  name: Name;
  host: ServerHost;
  /** Port of PostgreSQL, or of a pooler in session mode */
  port?: number;
  /** The database to connect to: its tables and indexes are watched, and pg_stat_statements lives in it */
  database?: string;
  /** Role to log in as */
  user: string;
  /** Password of the role; may be left out where a client certificate is enough (cert in pg_hba.conf) */
  password?: string;
  tlsMode?: TlsMode;
  /** Certificate authority to trust for this server, as PEM text; absent: the well-known ones */
  tlsCa?: string;
  /** Client certificate of the role as PEM text (sslcert), those between it and its authority behind it; write-only. It is shown to a server that asks for one (cert, or clientcert= in pg_hba.conf) and needs tlsKey */
  tlsCert?: string;
  /** Private key of the client certificate as PEM text (sslkey); write-only */
  tlsKey?: string;
  /** Passphrase of tlsKey, where that is encrypted; used once, and not stored */
  tlsKeyPassphrase?: string;
};

export type NewServerTest = {
  host: ServerHost;
  /** Port of PostgreSQL, or of a pooler in session mode */
  port?: number;
  /** The database to connect to: its tables and indexes are watched, and pg_stat_statements lives in it */
  database?: string;
  /** Role to log in as */
  user: string;
  /** Password of the role; may be left out where a client certificate is enough (cert in pg_hba.conf) */
  password?: string;
  tlsMode?: TlsMode;
  /** Certificate authority to trust for this server, as PEM text; absent: the well-known ones */
  tlsCa?: string;
  /** Client certificate of the role as PEM text (sslcert), those between it and its authority behind it; write-only. It is shown to a server that asks for one (cert, or clientcert= in pg_hba.conf) and needs tlsKey */
  tlsCert?: string;
  /** Private key of the client certificate as PEM text (sslkey); write-only */
  tlsKey?: string;
  /** Passphrase of tlsKey, where that is encrypted; used once, and not stored */
  tlsKeyPassphrase?: string;
};

export type NewServiceKey = {
  id: string;
  name: string;
  scopes: Array<ServiceKeyScope>;
  createdAt: Timestamp;
  /** The operator who made it */
  createdBy: Id;
  expiresAt: Timestamp | null;
  revokedAt: Timestamp | null;
  /** The operator who revoked it */
  revokedBy: Id | null;
  key: string;
};

export type NewSharedLink = {
  id: string;
  name: string;
  /** What it shows */
  kind: "server" | "bot";
  /** The server or bot that it shows */
  thingId: Id;
  createdAt: Timestamp;
  createdBy: Id;
  expiresAt: Timestamp | null;
  key: string;
  url: string;
};

export type NewUsageEvent = {
  /** Derived from the fact, such as a request’s id: sent again it counts once */
  id: string;
  /** Which of your systems reports it */
  source?: string;
  meter: FeatureKey;
  /** A number, or an exact decimal as text, with at most as many digits behind the point as the meter has (by default none), above 0; of meters that take the largest or the newest value that value, which may be 0 */
  quantity?: Quantity;
  /** Only for meters that count unique values, and required there: the value */
  value?: string;
  /** When it happened, by default now; finer than a millisecond is truncated */
  time?: Instant;
  /** What the meter groups by, such as a model: a text of at most 100 characters, a number or a yes or no for each */
  dimensions?: Record<string, unknown>;
  /** Only for meters that are weighted by time: whose value it is, such as a server; each has its own */
  series?: string;
  /** Only for meters that are weighted by time: when the value ends, if no other one comes before */
  until?: Instant;
  /** The lease from which these units were taken: of the same meter and period, and not used up */
  lease?: Id;
};

export type NewWebhookChannel = {
  /** A web address */
  kind: "webhook";
  /** https (or http) address that accepts a POST */
  url: string;
  /** Defaults to the address or host */
  name?: Name;
  /** What this channel is notified of; everything when absent */
  events?: Array<NoticeType>;
};

export type NextLevel = {
  /** 0 is the base order */
  index: number;
  kind: OrderKind;
  side: OrderSide;
  /** waiting: at the exchange; planned: placed later, or when the next trade is opened */
  state: "filled" | "waiting" | "planned";
  price: Decimal;
  /** Of all of the order */
  quantity: Decimal;
  /** From the last price, two decimals; above zero: the price has to rise. null where no price is known */
  distancePercent: Decimal | null;
};

export type NoticeType = "server.unreachable" | "trade.closed" | "bot.halted" | "quota.reached" | "invoice.due" | "plan.decided" | "plan.ordered" | "seats.stopped" | "top_up.stopped" | "payment.disputed";

export type OneOffPrice = {
  currency: Currency;
  /** In the smallest unit of the currency: 2900 is 29.00 EUR */
  amountMinor: number;
};

export type Order = {
  id: Id;
  /** Of the intent: the same intent is placed once, however often it is decided */
  key: string;
  kind: OrderKind;
  side: OrderSide;
  type: OrderType;
  price: Decimal;
  quantity: Decimal;
  status: OrderStatus;
  placedAt: Timestamp;
};

export type OrderKind = "base" | "averaging" | "takeProfit" | "stopLoss" | "close" | "liquidation";

export type OrderSide = "buy" | "sell";

/** rejected: by the exchange; skipped: below the market’s minimum at that price, so it was never placed */
export type OrderStatus = "open" | "filled" | "cancelled" | "rejected" | "skipped";

/** stop: at the market once the price is reached */
export type OrderType = "market" | "limit" | "stop";

export type Organisation = {
  id: Id;
  name: string;
  /** Whether all of it is made up, to be looked at */
  demo: boolean;
  /** Of a demo, the moment at which its data ends and its pages end; null while there is none */
  demoUntil: Timestamp | null;
  createdAt: Timestamp;
};

export type OrganisationHere = {
  id: Id;
  name: string;
  /** null: an API key, which has scopes of its own */
  role: Role | null;
  /** Whether all of it is made up, to be looked at */
  demo: boolean;
  /** Of a demo, the moment at which its data ends and its pages end; null while there is none */
  demoUntil: Timestamp | null;
  /** How its pages look; null: its logo has more than 16384 characters, and GET /api/v1/themes/{organisationId} has it */
  theme: Theme | null;
  /** What it may do, without what more there is to have, which GET /api/v1/entitlements shows; null: not known here yet, or the caller may not read it (`billing:read`). It is no reason to refuse anything */
  entitlements: {
    version: number;
    /** By product; a product to which the organisation has no subscription is absent */
    plans: Record<string, PlanInForce>;
    features: Record<string, SnapshotFeature>;
  } | null;
};

export type OrganisationOfAccount = {
  id: Id;
  name: string;
  members: number;
};

export type OrganisationSummary = {
  id: Id;
  /** Empty for some seconds after sign-up or an upgrade */
  name: string;
  /** Of the owner who has been it longest */
  ownerEmail: string | null;
  /** Whether all of it is made up, to be looked at */
  demo: boolean;
  createdAt: Timestamp;
  plans: Array<{
    product: ProductKey;
    productName: string;
    plan: PlanKey;
    planName: string;
    planVersion: number;
    status: SubscriptionStatus;
    interval: BillingInterval;
    /** Not invoiced until an operator begins it */
    billingHeld: boolean;
  }>;
  /** What it brings in a month, by currency; empty: nothing */
  mrr: Array<Money>;
};

export type Organisations = {
  items: Array<{
    id: Id;
    name: string;
    role: Role;
    /** Whether all of it is made up, to be looked at */
    demo: boolean;
    /** Of a demo, the moment at which its data ends and its pages end; null while there is none */
    demoUntil: Timestamp | null;
  }>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** How many there are of what is asked for; null unless `count` asks for it */
  total: number | null;
};

export type OverLimit = {
  feature: FeatureKey;
  limit: number;
  used: number;
  /** What can only be read then, the newest first, at most 20; empty where nothing is named */
  restricted: Array<Thing>;
};

export type OwnEntitlements = {
  version: number;
  /** By product; a product to which the organisation has no subscription is absent */
  plans: Record<string, PlanInForce>;
  features: Record<string, SnapshotFeature>;
  /** By product, and `shared` for features without one. A period is counted from the last step that began before it, half-open (UTC), and cut where the next step begins */
  periods: Record<string, Array<PeriodStep>>;
  upgrade: Record<string, Upgrade>;
  /** By feature: dearer plans, each of which reaches further than `upgrade` and the one before it */
  further?: Record<string, Array<Upgrade>>;
  /** By feature: an add-on that gives more. Features without one are absent */
  addon?: Record<string, UpgradeAddon>;
  /** All of the organisation is made up, to be looked at */
  demo?: true;
  organisationId: Id;
};

export type OwnInvitation = {
  id: Id;
  organisation: InvitingOrganisation;
  role: Role;
  createdAt: Timestamp;
  expiresAt: Timestamp;
};

export type OwnInvitations = {
  items: Array<OwnInvitation>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type OwnSession = {
  id: Id;
  createdAt: Timestamp;
  /** When it was started or last refreshed */
  lastUsedAt: Timestamp;
  expiresAt: Timestamp;
  /** The session of this request */
  current: boolean;
  /** What the device calls itself, as it was last used */
  device: string | null;
  /** From which address it was last used */
  address: string | null;
};

export type OwnSessions = {
  items: Array<OwnSession>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** How many there are of what is asked for; null unless `count` asks for it */
  total: number | null;
};

export type Package = {
  package: PackageKey;
  name: string;
  description: string;
  /** false: only operators give it */
  offered: boolean;
  feature: FeatureKey;
  /** How much of the feature it holds */
  amount: number;
  /** Days until the rest expires; null: never */
  expiresDays: number | null;
  prices: Array<OneOffPrice>;
};

/** Name of a package */
export type PackageKey = string;

export type PackageOrder = {
  id: Id;
  package: PackageKey;
  name: string;
  feature: FeatureKey;
  quantity: number;
  /** Units altogether */
  amount: number;
  currency: Currency;
  /** In the smallest unit of the currency */
  totalMinor: number;
  /** open: the invoice is not paid. granted: the units can be used. canceled: the invoice was withdrawn */
  status: "open" | "granted" | "canceled";
  invoiceId: Id | null;
  creditId: Id | null;
  orderedBy: string;
  orderedAt: Timestamp;
};

/** How customers may pause it; absent: they cannot */
export type PauseTerms = {
  /** After so many days a pause ends by itself */
  days: number;
  /** How many pauses may begin in any 365 days */
  perYear: number;
};

/** What the payment provider has said once */
export type PaymentFact = {
  /** disputed: the bank took a payment back until it is decided, as won or as lost. trial_refused: the card has tried it before */
  kind: "invoice_issued" | "invoice_paid" | "payment_failed" | "invoice_uncollectible" | "invoice_voided" | "refunded" | "credited" | "disputed" | "trial_refused" | "dispute_won" | "dispute_lost";
  at: Timestamp;
  currency: string | null;
  /** What was paid, refunded, credited or owed, in the smallest unit of the currency */
  amountMinor: number | null;
  /** The number of the invoice, or the id of the charge or credit note at the payment provider */
  reference: string | null;
};

export type PaymentMethod = {
  /** What is charged; null: none is known, or it is no card */
  card: {
    brand: string;
    last4: string;
    /** Year and month */
    expires: string;
    expired: boolean;
  } | null;
  /** The last payment of an invoice failed and is still owed */
  failing: boolean;
  /** Since when the payment provider cannot be reached although something has changed */
  staleSince: Timestamp | null;
};

export type Percent = string;

/** From an instant on, periods are counted from this anchor */
export type PeriodStep = {
  from: Timestamp;
  anchor: Timestamp;
  /** The length of what is paid at a time */
  months: 1 | 12;
};

export type Plan = {
  product: ProductKey;
  plan: PlanKey;
  version: number;
  name: string;
  description: string;
  isDefault: boolean;
  /** false: only operators give it */
  offered: boolean;
  /** It begins when an operator approves the order */
  approval: boolean;
  trial: Trial | null;
  pause?: PauseTerms;
  seats: Seats | null;
  prices: Array<Price>;
  /** Paid once, when it begins */
  setup: Array<OneOffPrice>;
  /** Per cent of the revenue that is shared */
  revenueShare: Percent | null;
  features: Record<string, PlanFeature>;
};

export type PlanChange = {
  product: ProductKey;
  plan: PlanKey;
  change: "added" | "changed" | "removed" | "unchanged";
  fromVersion: number | null;
  toVersion: number | null;
  subscriptions: number;
  fields: Array<{
    field: string;
    before: string | null;
    after: string | null;
  }>;
};

export type PlanFeature = (FeatureGrant) & ({
  note?: string;
  /** Per cent beyond a soft limit after which use is refused */
  grace?: number;
  /** By currency: what overage costs */
  price?: Record<string, UsagePrice>;
});

export type PlanInForce = {
  plan: string;
  planName: string;
  planVersion: number;
  status: SubscriptionStatus;
  access: Access;
};

/** Name of a plan, within its product */
export type PlanKey = string;

export type PlanMove = {
  fromVersion: number;
  interval: "month" | "year";
  subscriptions: number;
  /** When the first of them moves */
  firstAt: Timestamp;
  /** When the last of them moves */
  lastAt: Timestamp;
  /** What the move changes */
  fields: Array<{
    field: string;
    before: string | null;
    after: string | null;
  }>;
};

export type PlanOrder = {
  organisationId: Id;
  /** Empty for some seconds after sign-up or an upgrade */
  organisationName: string;
  product: ProductKey;
  productName: string;
  plan: PlanKey;
  planName: string;
  interval: BillingInterval;
  orderedBy: string;
  orderedAt: Timestamp;
};

/** A plan by its product */
export type PlanRef = string;

export type PositiveDecimal = Decimal;

export type PreviewedInvoice = {
  /** When it is issued */
  at: Timestamp;
  currency: string;
  lines: Array<InvoiceLine>;
  /** Added to the lines; in the total */
  taxMinor: number;
  /** null: none, or another than our own computes it */
  tax?: InvoiceTax | null;
  /** In the smallest unit of the currency, not below zero */
  totalMinor: number;
  /** Paid from the balance; below zero: what the credits leave over goes there */
  fromBalanceMinor: number;
  /** What is left to pay */
  dueMinor: number;
};

export type Price = {
  currency: Currency;
  interval: "month" | "year";
  /** In the smallest unit of the currency: 2900 is 29.00 EUR */
  amountMinor: number;
};

export type PriceTier = {
  /** The last unit of the tier; null for the last tier */
  upTo: number | null;
  unit: UnitPrice;
  /** Charged once when the tier is reached */
  flatMinor: number;
};

/** RFC 9457. Besides these members a problem has those of its code. */
export type Problem = {
  /** `urn:tidegate:problem:` and the code */
  type: string;
  /** For programs: never changes its meaning */
  code: string;
  title: string;
  status: number;
  /** For people: what happened here and what to do */
  detail?: string;
  /** The path of the request */
  instance?: string;
  traceId?: string;
  retryAfterSeconds?: number;
  errors?: Array<FieldError>;
};

/** Name of a product */
export type ProductKey = string;

export type Profile = {
  id: Id;
  email: string;
  /** Whether the address is verified */
  emailVerified: boolean;
  name: string;
  isOperator: boolean;
  createdAt: Timestamp;
  /** Language of mails and console; null: not chosen */
  locale: Locale | null;
  /** null: the browser’s */
  timeZone: string | null;
  /** null: not chosen */
  theme: "auto" | "light" | "dark" | null;
};

/** A promotion code */
export type PromotionCode = string;

export type PublishedChange = {
  kind: "product" | "meter" | "price" | "coupon" | "promotion_code";
  /** The product’s or coupon’s id, the event name of the meter, the promotion code, or the price’s lookup key: `<product>.<plan>.v<version>.<currency>.<interval>` */
  name: string;
  /** replace: a price of another amount has the key, or another coupon the code; a new one gets it, and whoever bought keeps the old one. refused: what is there counts in another way, which Stripe never changes */
  change: "create" | "update" | "replace" | "unchanged" | "refused";
  detail: string;
};

/** A number, or an exact decimal as text such as "12.5", with at most as many digits behind the point as the meter has */
export type Quantity = number | string;

export type QuotaWindow = "hour" | "day" | "month" | "period" | "ever";

export type RecordedEvent = {
  id: string;
  /** `api:…` for what was sent to POST /api/v1/usage/events, `service:…` with a service key; `hold` for holds; `correction` for the difference that a correction makes */
  source: string;
  meter: FeatureKey;
  /** What it adds to its meter; negative for corrections */
  quantity: Figure;
  /** When it happened */
  time: Timestamp;
  receivedAt: Timestamp;
  /** For callers with the scope `keys:read`: the id of the API key that used, or that reported it; null: none */
  apiKey?: string | null;
  /** Of meters that have some: how it was counted */
  dimensions?: Dimensions;
  /** Of meters that are weighted by time: the value that held */
  value?: Figure;
  /** Of meters that are weighted by time: whose value it is */
  series?: string;
  /** When the value ends if no other one comes before */
  until?: Timestamp | null;
  /** Of a correction: the event, and why; null for everything else */
  corrects: {
    source: string;
    id: string;
    action: CorrectionAction;
    /** What the corrected event counts as after this */
    quantity: Figure;
    reason: string;
    /** The service key that made it */
    by: string;
  } | null;
};

export type RejectedUsage = {
  code: RejectionCode;
  message: string;
  /** The event as it came */
  event: string;
  /** How often the same event was sent */
  times: number;
  firstAt: Timestamp;
  lastAt: Timestamp;
};

export type RejectedUsageOfAny = {
  code: RejectionCode;
  message: string;
  /** The event as it came */
  event: string;
  /** How often the same event was sent */
  times: number;
  firstAt: Timestamp;
  lastAt: Timestamp;
  /** null: it named none */
  organisationId: Id | null;
};

/** conflict: the id was used for another meter or quantity; the first counts. platform_meter: only the platform reports it. not_included: the plan of the organisation lacks the meter */
export type RejectionCode = "malformed" | "platform_meter" | "unknown_meter" | "not_included" | "unknown_organisation" | "too_old" | "in_the_future" | "conflict";

/** over_limit: the plan allows fewer, and this is one of the newest; not_included: the plan has none; read_only: a payment is overdue, or the subscription is paused */
export type Restriction = "over_limit" | "not_included" | "read_only";

export type Resumed = {
  /** beginning: for the first time; fromNow: candles that arrived while it was stopped are not traded; catchUp: they are */
  mode: "beginning" | "fromNow" | "catchUp";
  /** Candles after this one are traded; null: from the first one */
  after: Timestamp | null;
  at: Timestamp;
};

export type ReturnedLease = {
  leaseId: Id;
  granted: number;
  spent: number;
  released: number;
};

export type RevenueFigures = {
  currency: Currency;
  from: Month;
  to: Month;
  /** Until when facts count; a month that is over does not change any more */
  asOf: Timestamp;
  mrr: Array<{
    month: Month;
    startMinor: number;
    newMinor: number;
    expansionMinor: number;
    reactivationMinor: number;
    contractionMinor: number;
    churnMinor: number;
    endMinor: number;
    customersAtStart: number;
    customersNew: number;
    customersReactivated: number;
    customersLost: number;
    customersAtEnd: number;
    /** A share to four digits; null: of nothing */
    customerChurnRate: string | null;
    /** A share to four digits; null: of nothing */
    revenueChurnRate: string | null;
  }>;
  trials: Array<{
    month: Month;
    begun: number;
    ended: number;
    converted: number;
    /** A share to four digits; null: of nothing */
    conversionRate: string | null;
  }>;
  plans: Array<{
    month: Month;
    product: ProductKey;
    productName: string;
    plan: PlanKey;
    planName: string;
    subscriptions: number;
    mrrMinor: number;
  }>;
  cohorts: Array<{
    cohort: Month;
    month: Month;
    signedUp: number;
    paying: number;
    mrrMinor: number;
  }>;
  /** The table, when CSV was asked for */
  csv?: string;
};

/** What a member may do, from least to most */
export type Role = "viewer" | "editor" | "admin" | "owner";

export type RolledOver = {
  /** At most so many units are carried at any time */
  max: number;
  /** For so many windows after their own */
  periods: number;
  /** Units of earlier windows that can be used now; they are in `credits` */
  left: Figure;
  /** When the first of them expire; null: there are none */
  expiresAt: Timestamp | null;
};

export type Rollover = {
  /** At most so many units are carried at any time */
  max: number;
  /** For so many windows after their own */
  periods: number;
};

export type RotatedApiKey = {
  id: string;
  name: string;
  scopes: Array<string>;
  /** Why it may only read at present: the plan allows fewer keys, and it is one of the newest */
  restricted: Restriction | null;
  /** How the key begins, to tell which it is */
  prefix: string;
  createdAt: Timestamp;
  expiresAt: Timestamp | null;
  /** To about a minute */
  lastUsedAt: Timestamp | null;
  /** The key that was made in its place; it works until it expires */
  replacedBy: string | null;
  createdBy: Id;
  key: string;
};

export type RotatedSecret = {
  secret: string;
  previousSecretValidUntil: Timestamp;
};

export type RunningCoupon = {
  coupon: string;
  name: string;
  percent: Percent | null;
  /** Off every period; null: a percentage is */
  amounts: Array<OneOffPrice> | null;
  from: Timestamp;
  /** Charges whose time begins before it are discounted; null: all */
  until: Timestamp | null;
};

export type Seats = {
  feature: FeatureKey;
  included: number;
  addon: AddonKey | null;
};

export type Server = {
  id: Id;
  name: string;
  host: string;
  port: number;
  database: string;
  user: string;
  tlsMode: TlsMode;
  tlsCa: string | null;
  /** When the client certificate of the role, or one of its chain, ends; null: there is none */
  tlsCertValidUntil: Timestamp | null;
  /** The database that this installation itself runs on */
  platform: boolean;
  state: ServerState;
  stateSince: Timestamp;
  /** Why nothing is collected from it: the plan allows fewer servers, or is read-only. What was collected can be read, and collecting goes on by itself when the plan allows it again. null: it is in full use */
  restricted: Restriction | null;
  /** Why the last attempt failed and what to do; null when it did not */
  failure: {
    code: string;
    what: string;
  } | null;
  /** What is not collected, since when, why, and the SQL that fixes it: checks of the last report with severity error or warning, and every query that failed twice in a row */
  missing: Array<ServerCheck>;
  version: string | null;
  lastCollectedAt: Timestamp | null;
  createdAt: Timestamp;
  updatedAt: Timestamp;
};

export type ServerAnnotation = {
  /** Of a note; null for what was detected */
  id: Id | null;
  /** Of a note; null for what was detected */
  text: string | null;
  kind: AnnotationKind;
  /** By the server’s clock, the last of several; for another_server and promoted the snapshot that detected it */
  at: Timestamp;
  /** The snapshot that detected it, by our clock */
  seenAt: Timestamp;
  /** For counters_reset: the databases that were reset (as a whole, or a table, index or function in them; PostgreSQL does not say which) and PostgreSQL’s views of the whole server, at most 100; empty for other kinds */
  of: Array<string>;
};

export type ServerCheck = {
  id: string;
  ok: boolean;
  /** When not ok: error, nothing can be collected; warning, something is missing; info, worth knowing */
  severity: "error" | "warning" | "info";
  /** Stable name of the failure, such as `password_wrong` */
  code?: string;
  /** What was found, and what cannot be collected because of it */
  what: string;
  /** When not ok: since when this is known */
  since?: Timestamp;
  /** What PostgreSQL answered to the query that failed */
  sqlstate?: string;
  /** When a query that failed is retried */
  nextTryAt?: Timestamp;
  /** SQL that an administrator of that server may run */
  fixSql?: string;
  /** The fix works after a restart of that server */
  restart?: boolean;
};

export type ServerFigures = {
  /** Transactions that were committed */
  commitsPerSecond: number | null;
  /** Transactions that were rolled back */
  rollbacksPerSecond: number | null;
  /** Rows that scans returned */
  rowsReadPerSecond: number | null;
  /** Rows inserted, updated and deleted */
  rowsWrittenPerSecond: number | null;
  /** Blocks that were not found in shared buffers */
  blocksReadPerSecond: number | null;
  /** Blocks found in memory / blocks asked for, 0 to 1; null: none was asked for */
  cacheHitRatio: number | null;
  /** Written to temporary files, which sorts and joins need when work_mem is too small */
  tempBytesPerSecond: number | null;
  /** Temporary files that were written */
  tempFiles: number | null;
  /** Deadlocks that PostgreSQL ended */
  deadlocks: number | null;
  /** Calls of statements; those from within functions are not counted again */
  callsPerSecond: number | null;
  /** Mean time of a call; null: there was none */
  meanMs: number | null;
  /** Write-ahead log that statements wrote */
  walBytesPerSecond: number | null;
  /** Active sessions of clients, on average over the snapshots */
  activeSessions: number | null;
  /** Most active sessions in one snapshot */
  activeSessionsMost: number | null;
  /** Most sessions that waited for a lock in one snapshot */
  waitingSessionsMost: number | null;
  /** Most sessions that were idle in a transaction in one snapshot */
  idleInTransactionMost: number | null;
  /** Most connections of clients in one snapshot */
  connectionsMost: number | null;
  /** The oldest transaction that a snapshot saw */
  longestTransactionSeconds: number | null;
  /** Size of all databases at the end of the step; null: not measured */
  bytes: number | null;
  /** Age of the oldest transaction id that is not frozen, of about 2.1 billion */
  transactionAge: number | null;
};

export type ServerFinding = {
  /** unreachable: for `value` seconds; restricted: the plan collects nothing from it; missing: something cannot be collected; silent: no snapshot for `value` seconds; blocked: `value` sessions wait for a lock; connections: `value` of those allowed are taken, 0 to 1; wraparound: `value` of the transaction ids are used up, 0 to 1; long_transaction: open for `value` seconds; deadlocks: `value` in the last hour; cache: `value` of the blocks were found in memory, 0 to 1 */
  kind: "unreachable" | "restricted" | "missing" | "silent" | "blocked" | "connections" | "wraparound" | "long_transaction" | "deadlocks" | "cache";
  severity: "critical" | "warning" | "info";
  value: number | null;
  /** The same as a sentence */
  what: string;
};

/** Host name or IP address */
export type ServerHost = string;

export type ServerMoment = {
  /** blocked: sessions waited for locks without a break; peak: many more than usual were active */
  kind: "blocked" | "peak";
  from: Timestamp;
  to: Timestamp;
  /** Where it was worst: the moment to look at */
  at: Timestamp;
  waitingMost: Count;
  activeMost: Count;
};

export type ServerPatch = {
  serverId: Id;
  name?: Name;
  host?: ServerHost;
  /** Port of PostgreSQL, or of a pooler in session mode */
  port?: number;
  /** The database to connect to */
  database?: string;
  /** Role to log in as */
  user?: string;
  /** Required whenever host, port, user or TLS change: a stored password is never sent elsewhere. null: log in by the client certificate alone */
  password?: string | null;
  tlsMode?: TlsMode;
  /** null: back to the well-known authorities */
  tlsCa?: string | null;
  /** A new client certificate, with its tlsKey; null: removes it. Required in the same cases as the password */
  tlsCert?: string | null;
  /** Private key of the client certificate as PEM text (sslkey); write-only */
  tlsKey?: string;
  /** Passphrase of tlsKey, where that is encrypted; used once, and not stored */
  tlsKeyPassphrase?: string;
  /** true: nothing is collected until it is resumed */
  paused?: boolean;
};

export type ServerPoint = {
  /** Start of the step; steps start at multiples of their length */
  at: Timestamp;
  /** Time that the snapshots of this step covered */
  coveredSeconds: number;
  /** null: nothing was collected */
  figures: ServerFigures | null;
};

export type ServerReport = {
  /** No check of severity error or warning failed */
  ok: boolean;
  /** No check of severity error failed: something can be collected */
  usable: boolean;
  version: string | null;
  takenAt: Timestamp;
  checks: Array<ServerCheck>;
};

export type ServerState = "pending" | "ok" | "unreachable" | "paused";

export type ServiceKey = {
  id: string;
  name: string;
  scopes: Array<ServiceKeyScope>;
  createdAt: Timestamp;
  /** The operator who made it */
  createdBy: Id;
  expiresAt: Timestamp | null;
  revokedAt: Timestamp | null;
  /** The operator who revoked it */
  revokedBy: Id | null;
};

/** What a service key may do, in every organisation */
export type ServiceKeyScope = "usage:read" | "usage:write" | "billing:read";

/** How far behind one process of a service is */
export type ServiceState = {
  version: string;
  startedAt: Timestamp;
  consumers: Array<{
    name: string;
    /** Age of the oldest event that it has and has not settled */
    lagSeconds: number;
  }>;
  outbox: {
    /** Events that are not sent yet */
    messages: number;
    /** Age of the oldest of them; 0 without */
    lagSeconds: number;
  };
  /** What its loops are late with: figures of watched servers, runs of bots */
  work: Array<{
    name: string;
    lateSeconds: number;
  }>;
  /** Events that wait for the operator */
  deadLetters: number;
};

export type ServiceSummary = {
  /** One of the services that store something */
  service: "identity" | "billing" | "usage" | "monitor-agent" | "bot-executor" | "notifier";
  /** null: it does not answer */
  state: ServiceState | null;
};

export type Services = {
  items: Array<ServiceSummary>;
};

export type Session = {
  accessToken?: string;
  accessTokenExpiresAt: Timestamp;
  refreshToken?: string;
  refreshTokenExpiresAt: Timestamp;
  user: User;
  organisation: CurrentOrganisation | null;
  role: Role | null;
};

export type SessionGroup = {
  state: string;
  role: string;
  application: string;
  /** null in snapshots older than this field */
  backend: string | null;
  sessions: Count;
};

export type SharedLink = {
  id: string;
  name: string;
  /** What it shows */
  kind: "server" | "bot";
  /** The server or bot that it shows */
  thingId: Id;
  createdAt: Timestamp;
  createdBy: Id;
  expiresAt: Timestamp | null;
};

export type ShownInvitation = {
  organisation: string;
  organisationId: Id;
  /** The address that was invited */
  email: string;
  role: Role;
  expiresAt: Timestamp;
  /** Whether the token came by mail: an account can be made with it */
  provesAddress: boolean;
};

export type SnapshotFeature = (FeatureGrant) & ({
  /** null: shared by all products */
  product: ProductKey | null;
});

export type SoldSeats = {
  product: ProductKey;
  /** What they are counted as */
  feature: FeatureKey;
  /** The add-on that is bought */
  addon: AddonKey;
  name: string;
  /** Members without any of them; null: any number */
  included: number | null;
  /** There are now; null: nobody can say at present */
  members: number | null;
  /** Bought, and paid for until the end of the period */
  quantity: number;
  /** How many the next period begins with */
  renews: number;
  currency: Currency;
  interval: BillingInterval;
  /** null: not sold in it */
  unitMinor: number | null;
  /** The quantity follows the members by itself */
  following: boolean;
  monthlyCapMinor: number | null;
  /** So many may be bought by themselves; null: none are now, switched off or the subscription changes or ends */
  most: number | null;
  /** Why it switched itself off */
  stopped: "payment_failed" | null;
};

export type Statement = {
  statementId: string;
  database: string;
  role: string;
  /** PostgreSQL’s own id of the statement, as text */
  queryId: string;
  /** Our own name of the query: the same for every database, role and spelling, and after its tables were made anew; null where the text is not known, not whole, or not one that PostgreSQL 18 takes */
  queryKey: string | null;
  /** false: called from within a function */
  toplevel: boolean;
  /** Constants are parameters, comments removed; null until it has been read */
  text: string | null;
  textTruncated: boolean;
  calls: Count;
  rows: Count;
  totalMs: number;
  meanMs: number;
  planMs: number;
  sharedBlocksHit: Count;
  sharedBlocksRead: Count;
  sharedBlocksDirtied: Count;
  sharedBlocksWritten: Count;
  tempBlocksRead: Count;
  tempBlocksWritten: Count;
  ioReadMs: number;
  ioWriteMs: number;
  walBytes: Count;
  /** Reset in the range, or possibly evicted: some work may be missing */
  partial: boolean;
  firstSeenAt: Timestamp;
  lastSeenAt: Timestamp;
};

/** new: first seen in the range; regressed: a call takes at least half as long again as in the period before; improved: it takes at most two thirds of it. Neither is said below 10 calls in one of the periods */
export type StatementChange = "new" | "regressed" | "improved";

export type StatementCompleteness = {
  /** How often all counters were reset (by hand or by a crash) */
  resets: Count;
  /** How often PostgreSQL evicted statements to make room */
  evictions: Count;
  /** Share of the observed time */
  evictionsPerMinute: number;
  /** How often another server answered at the address */
  gaps: Count;
  /** Time before resets whose work is unknown */
  lostSeconds: number;
  /** Time of the statements / time that sessions were active; null where PostgreSQL does not say */
  coverage: number | null;
  /** What makes the totals too low, and how to fix it */
  warnings: Array<ServerCheck>;
};

export type StatementFinding = {
  kind: "regressed" | "temp_files" | "cache" | "planning" | "many_rows";
  severity: "warning" | "info";
  /** What was seen, and what to look at */
  what: string;
};

export type StatementPoint = {
  /** Start of the step; steps start at multiples of their length */
  at: Timestamp;
  /** Time that the snapshots of this step covered: more than the step after a pause of the collection */
  coveredSeconds: number;
  /** Another server answered: figures are not compared across this */
  gap: boolean;
  /** The counters were reset in the step */
  partial: boolean;
  /** Sums of the step; null when nothing was collected, zeros when the statement was not called */
  figures: {
    calls: Count;
    rows: Count;
    totalMs: number;
    meanMs: number;
    planMs: number;
    sharedBlocksHit: Count;
    sharedBlocksRead: Count;
    sharedBlocksDirtied: Count;
    sharedBlocksWritten: Count;
    tempBlocksRead: Count;
    tempBlocksWritten: Count;
    ioReadMs: number;
    ioWriteMs: number;
    walBytes: Count;
  } | null;
};

/** By what the list is ordered, most first */
export type StatementSort = "totalMs" | "calls" | "meanMs" | "rows" | "ioReadMs" | "walBytes";

export type StaticGrant = {
  kind: "static";
  value: number;
};

export type StoryEntry = {
  id: string;
  at: Timestamp;
  /** change: of subscriptions, seats, grants, orders and billing details, and of usage that was counted. charge: put on the next invoice. invoice: issued. invoice_change: paid, withdrawn or credited by hand. balance: of what it has to its credit. payment: what the payment provider reported. difference: found when the provider was compared, and healed */
  kind: "change" | "charge" | "invoice" | "invoice_change" | "balance" | "payment" | "difference";
  product: ProductKey | null;
  action: string;
  /** A person, a key, a service, or the payment provider */
  by: string;
  reason: string;
  data: Record<string, unknown>;
};

export type StripeDrift = {
  id: Id;
  organisationId: Id;
  foundAt: Timestamp;
  what: string;
  /** What was stored here */
  ours: unknown;
  /** What stood at Stripe, or why it took no usage */
  theirs: unknown;
};

export type StripeEvent = {
  /** The id of the event at Stripe */
  eventId: string;
  type: string;
  state: StripeEventState;
  /** When it happened, by Stripe’s clock */
  createdAt: Timestamp;
  receivedAt: Timestamp;
  /** The customer at Stripe */
  customer: string | null;
  organisationId: Id | null;
  /** list: Stripe’s list of events, after a gap */
  source: "webhook" | "list";
  attempts: number;
  /** Why it is ignored, quarantined or dead, or failed last */
  reason: string | null;
};

/** pending: waits for its customer to be fetched. done: what it announced is stored. ignored: nothing here depends on it, or it is of the other mode. quarantined: its customer is not known here. dead: failed twelve times */
export type StripeEventState = "pending" | "done" | "ignored" | "quarantined" | "dead";

export type Subscription = {
  product: ProductKey;
  productName: string;
  /** The plan that it is about */
  plan: PlanKey;
  planName: string;
  planVersion: number;
  latestVersion: number;
  /** The plan that applies now: the default one when the subscription is over; null: none */
  inForce: PlanKey | null;
  status: SubscriptionStatus;
  access: Access;
  /** Who bills for it: nobody, the operator by hand, or Stripe */
  provider: "none" | "manual" | "stripe";
  interval: BillingInterval;
  currency: string | null;
  addons: Array<SubscriptionAddon>;
  /** Of what is invoiced by hand; null: nothing is discounted */
  coupon: RunningCoupon | null;
  startedAt: Timestamp;
  /** Of what is paid for now; `GET /api/v1/usage/current` has that of quotas */
  periodStart: Timestamp;
  periodEnd: Timestamp;
  trialEnd: Timestamp | null;
  /** When it ends; until then it can be resumed */
  cancelAt: Timestamp | null;
  pausedAt: Timestamp | null;
  /** When the pause ends by itself; null: not paused, or until an operator resumes it */
  pauseEndsAt: Timestamp | null;
  /** A payment is overdue: from then on nothing can be created */
  graceUntil: Timestamp | null;
  /** When the first own invoice was due that is not paid */
  overdueSince: Timestamp | null;
  /** It is from before there were invoices: nothing is charged until an operator says so */
  billingHeld: boolean;
  /** What follows: a change that was ordered, or the default plan at the end */
  next: {
    /** null: none, the product has no default plan */
    plan: PlanKey | null;
    planName: string | null;
    planVersion: number | null;
    interval: BillingInterval;
    at: Timestamp;
    /** Of what there is now, that will be over the limits */
    overLimit: Array<OverLimit>;
  } | null;
  /** A plan that waits for the approval of an operator */
  order: {
    plan: PlanKey;
    planName: string;
    interval: BillingInterval;
    orderedAt: Timestamp;
  } | null;
};

export type SubscriptionAddon = {
  addon: AddonKey;
  name: string;
  version: number;
  quantity: number;
  /** When it ends; null: with the subscription */
  until: Timestamp | null;
};

export type SubscriptionStatus = "trialing" | "active" | "past_due" | "unpaid" | "paused" | "incomplete" | "incomplete_expired" | "canceled";

export type Subscriptions = {
  organisationId: Id;
  subscriptions: Array<Subscription>;
};

export type Sweep = {
  id: Id;
  status: SweepStatus;
  settings: DcaSettings;
  /** Version of the market’s rules that it used */
  marketVersion: number;
  vary: Array<SweptSetting>;
  feed: BacktestFeed;
  rankBy: SweepRank;
  walkForward: {
    trainCandles: number;
    testCandles: number;
  } | null;
  /** Valid combinations */
  combinations: number;
  /** Combinations that cannot work and were left out */
  refused: number;
  /** Backtests in all */
  runs: number;
  /** Backtests run so far */
  done: number;
  /** Of candles, settings and engine: equal means equal results */
  contentHash: string | null;
  failure: string | null;
  createdAt: Timestamp;
  finishedAt: Timestamp | null;
};

export type SweepDetail = {
  id: Id;
  status: SweepStatus;
  settings: DcaSettings;
  /** Version of the market’s rules that it used */
  marketVersion: number;
  vary: Array<SweptSetting>;
  feed: BacktestFeed;
  rankBy: SweepRank;
  walkForward: {
    trainCandles: number;
    testCandles: number;
  } | null;
  /** Valid combinations */
  combinations: number;
  /** Combinations that cannot work and were left out */
  refused: number;
  /** Backtests in all */
  runs: number;
  /** Backtests run so far */
  done: number;
  /** Of candles, settings and engine: equal means equal results */
  contentHash: string | null;
  failure: string | null;
  createdAt: Timestamp;
  finishedAt: Timestamp | null;
  /** Best first, at most 50; empty for a walk-forward */
  results: Array<SweepResult>;
  /** Where candles were missing */
  gaps: CandleGaps | null;
  windows: Array<WalkForwardWindow>;
  /** All test windows of a walk-forward together; open trades count at the last close */
  outOfSample: {
    closedTrades: number;
    profit: Decimal;
    fees: Decimal;
    funding: Decimal;
  } | null;
};

export type SweepFigures = {
  closedTrades: number;
  winningTrades: number;
  fills: number;
  liquidations: number;
  profit: Decimal;
  openProfit: Decimal;
  fees: Decimal;
  funding: Decimal;
  /** Most money in a trade at once; with leverage its whole value */
  maxCapital: Decimal;
  /** The same without borrowed money; absent in older sweeps */
  maxMargin?: Decimal;
  maxDrawdown: Decimal;
};

/** Closed and open profit together; as it is, per most money in a trade, or per deepest drawdown */
export type SweepRank = "profit" | "profitToCapital" | "profitToDrawdown";

export type SweepResult = {
  closedTrades: number;
  winningTrades: number;
  fills: number;
  liquidations: number;
  profit: Decimal;
  openProfit: Decimal;
  fees: Decimal;
  funding: Decimal;
  /** Most money in a trade at once; with leverage its whole value */
  maxCapital: Decimal;
  /** The same without borrowed money; absent in older sweeps */
  maxMargin?: Decimal;
  maxDrawdown: Decimal;
  rank: number;
  /** Of the swept settings, by path */
  values: SweptValues;
};

/** rank: as the sweep ranks; profit: highest first; drawdown and capital: lowest first; trades: most first */
export type SweepSort = "rank" | "profit" | "drawdown" | "capital" | "trades";

export type SweepStatus = "waiting" | "running" | "done" | "cancelled" | "failed";

export type SweptSetting = {
  /** Path of the setting */
  setting: "direction" | "baseOrder" | "averagingOrders.count" | "averagingOrders.size" | "averagingOrders.deviationPercent" | "averagingOrders.stepScale" | "averagingOrders.volumeScale" | "averagingOrders.deviationFrom" | "takeProfit.percent" | "takeProfit.basis" | "takeProfit.trailingPercent" | "stopLoss.percent" | "stopLoss.basis" | "stopLoss.breakEvenAtPercent" | "stopLoss.timeoutSeconds" | "futures.leverage" | "cooldownSeconds";
  /** Values that are tried */
  values: Array<string | number>;
};

export type SweptSettingInput = {
  /** Path of the setting */
  setting: "direction" | "baseOrder" | "averagingOrders.count" | "averagingOrders.size" | "averagingOrders.deviationPercent" | "averagingOrders.stepScale" | "averagingOrders.volumeScale" | "averagingOrders.deviationFrom" | "takeProfit.percent" | "takeProfit.basis" | "takeProfit.trailingPercent" | "stopLoss.percent" | "stopLoss.basis" | "stopLoss.breakEvenAtPercent" | "stopLoss.timeoutSeconds" | "futures.leverage" | "cooldownSeconds";
  /** Values that are tried */
  values: Array<string | number>;
};

export type SweptValues = Record<string, string | number>;

export type SwitchedSession = {
  accessToken: string;
  accessTokenExpiresAt: Timestamp;
  user: User;
  organisation: CurrentOrganisation | null;
  role: Role | null;
};

/** How the pages of an organisation look; null is as Tidegate */
export type Theme = {
  name: string | null;
  accent: string | null;
  /** A picture as a `data:` URL */
  logo: string | null;
};

export type Thing = {
  id: string;
  name: string;
};

/** What something was done to */
export type ThingKind = "organisation" | "member" | "invitation" | "session" | "api_key" | "link" | "domain" | "theme" | "mail_sender" | "server" | "annotation" | "finding" | "bot" | "market" | "candles" | "backtest" | "sweep" | "channel" | "delivery" | "subscription" | "seats" | "package" | "top_up" | "billing_details" | "grant" | "credit" | "coupon" | "invoice" | "dispute" | "usage_settings" | "usage_event" | "backfill";

/** Epochs by their unit, or written dates */
export type TimeFormat = "seconds" | "milliseconds" | "microseconds" | "nanoseconds" | "iso";

/** A zone of the IANA database, or UTC */
export type TimeZone = string;

export type Timestamp = string;

/** verify-full (the default) checks the certificate and the host name; verify-ca only the certificate; require encrypts without checking the server’s identity; disable does not encrypt. For a loopback address the default is disable. */
export type TlsMode = "disable" | "require" | "verify-ca" | "verify-full";

export type TopUp = {
  feature: FeatureKey;
  package: PackageKey;
  /** Of the package */
  name: string;
  enabled: boolean;
  /** Units are bought when no more than so many are left, of the limit and prepaid */
  threshold: number;
  /** The most that is spent in a month (UTC), before taxes */
  monthlyCapMinor: number;
  /** Of it, in this month */
  spentMinor: number;
  currency: Currency;
  /** Why it switched itself off: a payment failed, or the package is not sold any more */
  stopped: "payment_failed" | "package_gone" | null;
  /** Another one would be more than is spent in a month */
  capReached: boolean;
};

export type Trade = {
  id: Id;
  botId: Id;
  number: number;
  market: string;
  direction: Direction;
  status: TradeStatus;
  averagingFills: number;
  /** Of the entries, truncated to twelve decimals */
  averagePrice: Decimal;
  /** Average of the exits; null while open */
  exitPrice: Decimal | null;
  /** Open quantity; 0 when closed */
  quantity: Decimal;
  /** Value of the entries, without fees */
  cost: Decimal;
  fees: Decimal;
  /** Received (above zero) or paid (below) for holding futures */
  funding: Decimal;
  /** After all fees and funding, in the quote currency; null while open */
  profit: Decimal | null;
  /** Of the cost, two decimals, cut off */
  profitPercent: Decimal | null;
  openedAt: Timestamp;
  closedAt: Timestamp | null;
  closedBy: ClosedBy | null;
};

export type TradeDetail = {
  id: Id;
  botId: Id;
  number: number;
  market: string;
  direction: Direction;
  status: TradeStatus;
  averagingFills: number;
  /** Of the entries, truncated to twelve decimals */
  averagePrice: Decimal;
  /** Average of the exits; null while open */
  exitPrice: Decimal | null;
  /** Open quantity; 0 when closed */
  quantity: Decimal;
  /** Value of the entries, without fees */
  cost: Decimal;
  fees: Decimal;
  /** Received (above zero) or paid (below) for holding futures */
  funding: Decimal;
  /** After all fees and funding, in the quote currency; null while open */
  profit: Decimal | null;
  /** Of the cost, two decimals, cut off */
  profitPercent: Decimal | null;
  openedAt: Timestamp;
  closedAt: Timestamp | null;
  closedBy: ClosedBy | null;
  orders: Array<Order>;
  fills: Array<Fill>;
};

/** newest: opened last; profit: most profit first; loss: most loss first. Open ones have neither yet and come last */
export type TradeSort = "newest" | "profit" | "loss";

export type TradeStatus = "open" | "closed";

/** Once for each organisation */
export type Trial = {
  days: number;
  /** Whether a payment method must be given before it begins */
  card: boolean;
};

/** An exact decimal in whole units of the currency */
export type UnitPrice = string;

export type Upgrade = {
  product: ProductKey;
  plan: string;
  planName: string;
  /** What is allowed with that plan; null is unlimited, a yes for a yes/no feature, or a level */
  limit: Limit;
  /** What it gives of a feature with levels */
  level?: Level;
  /** Of a metered feature whose use is not refused at the limit: what is never passed; null: nothing is */
  ceiling?: Limit;
};

export type UpgradeAddon = {
  product: string;
  /** The own plan, or the cheapest that is paid for and can have it where the own one costs nothing */
  plan: string;
  planName: string;
  addon: string;
  addonName: string;
  /** How many more of it are needed for what was asked; absent: one */
  quantity?: number;
  /** What is allowed with so many more of it; null is unlimited, a yes for a yes/no feature, or a level */
  limit: number | null;
  /** The level that it gives, of a feature with levels */
  level?: string;
  /** What one of it adds, of a feature with numbers */
  each?: number;
  /** How many more of it can be had, of a feature with numbers; null: any number */
  most?: number | null;
};

export type UsageEstimate = {
  meter: FeatureKey;
  periodStart: Timestamp;
  periodEnd: Timestamp;
  /** Until now */
  used: Figure;
  /** At the end of the period, by `method`; null: too early */
  estimate: Figure | null;
  method: EstimateMethod;
  /** By the pace of the period so far; null: it is less than a day old */
  straightLine: Figure | null;
  /** By the last seven days; null: there are fewer */
  lastSevenDays: Figure | null;
  /** For this period; null: unlimited, or a limit of another window */
  limit: Limit;
  /** By `method`; null: not in this period */
  reachesLimitAt: Timestamp | null;
};

export type UsageGroup = {
  dimensions: Dimensions;
  /** true: the combinations that are not listed or were not counted apart, all together */
  others: boolean;
  used: Figure;
};

export type UsageKey = {
  id: string;
  /** How the key begins, to tell which it is */
  prefix: string;
  /** null: it cannot be told at present, or not any more */
  name: string | null;
  /** When it was revoked or expired; null while it is valid */
  endedAt: Timestamp | null;
};

/** key: the API key that used, or that reported the use. source: the service or system that reported it */
export type UsageOrigin = "key" | "source";

export type UsagePrice = {
  model: "unit";
  unit: UnitPrice;
} | {
  model: "package";
  size: number;
  /** In the smallest unit of the currency: 2900 is 29.00 EUR */
  amountMinor: number;
} | {
  model: "graduated";
  tiers: Array<PriceTier>;
} | {
  model: "volume";
  tiers: Array<PriceTier>;
};

export type UsageSettings = {
  /** Days of reports and of daily limits begin at midnight in this zone */
  timeZone: TimeZone;
};

export type User = {
  id: Id;
  email: string;
  /** Whether the address is verified */
  emailVerified: boolean;
  name: string;
  isOperator: boolean;
  createdAt: Timestamp;
};

export type VacuumSettings = {
  autovacuum: boolean;
  freezeMaxAge: Count;
  multixactFreezeMaxAge: Count;
  failsafeAge: Count;
  multixactFailsafeAge: Count;
  maxWorkers: Count;
  costDelayMs: number;
  costLimit: number;
};

export type WaitShare = {
  state: string;
  /** null: on the processor, as far as PostgreSQL can tell */
  waitType: string | null;
  waitEvent: string | null;
  /** Average number of concurrent sessions */
  sessions: number;
};

export type Waiting = {
  reason: WaitingReason;
  message: string;
  /** The first candle for which this was observed */
  since: Timestamp;
};

export type WaitingReason = "maxTrades" | "cooldown" | "priceRange" | "belowMinimum" | "noSignal" | "refused";

export type WalkForwardWindow = {
  train: {
    from: Timestamp;
    /** Start of the last candle */
    to: Timestamp;
  };
  test: {
    from: Timestamp;
    /** Start of the last candle */
    to: Timestamp;
  };
  values: SweptValues;
  trained: SweepFigures;
  tested: SweepFigures;
};

export type WraparoundAge = {
  age: Count;
  /** Of 2^31 */
  percent: number;
  /** PostgreSQL warns with 40 million left */
  leftUntilWarning: Count;
  /** PostgreSQL refuses to write with 3 million left */
  leftUntilStop: Count;
  /** At the pace of the last day, if nothing is vacuumed; null: the pace is unknown or zero */
  daysUntilStop: number | null;
};

export type WraparoundCause = {
  kind: "session" | "prepared_transaction" | "slot_xmin" | "slot_catalog_xmin" | "standby" | "temporary_table" | "table_setting" | "autovacuum";
  name: string;
  age: Count;
  what: string;
  sql: string | null;
};

/** overdue: older than autovacuum_freeze_max_age, so autovacuum should be at it; failsafe: vacuum drops everything else to be quick; warning: PostgreSQL warns; stop: it refuses to write */
export type WraparoundLevel = "normal" | "overdue" | "failsafe" | "warning" | "stop";

export type BillingDetailsGetInput = Record<string, never>;

export type BillingDetailsGetOutput = InvoiceCustomer;

export type BillingDetailsGetProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type BillingDetailsSetInput = {
  name: Name;
  /** The postal address, in lines */
  address: string;
  /** A tax or VAT number */
  taxId?: string;
  /** By its two letters of ISO 3166; it decides whether tax is added */
  country?: string;
};

export type BillingDetailsSetOutput = InvoiceCustomer;

export type BillingDetailsSetProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type CheckoutBuyPackageInput = {
  /** Name of the package */
  package: PackageKey;
  /** How many of it */
  quantity?: number;
  /** Chosen by you, new for each order */
  orderKey: string;
};

export type CheckoutBuyPackageOutput = {
  /** The checkout session */
  sessionId: string;
  url: string;
  expiresAt: Timestamp;
};

export type CheckoutBuyPackageProblem = 'payments_not_configured' | 'payment_refused' | 'unknown_package' | 'package_not_usable' | 'too_many_orders' | 'other_currency' | 'price_not_published' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type CheckoutCreateInput = {
  product: ProductKey;
  plan: PlanKey;
  /** What is paid for at a time */
  interval?: "month" | "year";
  /** By default that of the organisation’s invoices, or of the catalogue; once something was paid it stays */
  currency?: Currency;
  /** What is bought with it */
  addons?: Array<ChosenAddon>;
  /** Without it the page asks for one */
  promotionCode?: PromotionCode;
};

export type CheckoutCreateOutput = {
  /** The checkout session */
  sessionId: string;
  url: string;
  expiresAt: Timestamp;
};

export type CheckoutCreateProblem = 'payments_not_configured' | 'payment_refused' | 'already_subscribed' | 'unknown_plan' | 'not_for_sale' | 'other_currency' | 'price_not_published' | 'promotion_code_invalid' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type CheckoutFinishInput = {
  /** The checkout session */
  sessionId: string;
};

export type CheckoutFinishOutput = {
  status: "open" | "complete" | "expired";
  /** True as well when nothing is due yet, as in a trial */
  paid: boolean;
};

export type CheckoutFinishProblem = 'payments_not_configured' | 'payment_refused' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type CodesEnterInput = {
  promotionCode: PromotionCode;
};

export type CodesEnterOutput = {
  coupon: string;
  name: string;
  /** What is given on top of what plans give */
  features: Array<{
    feature: FeatureKey;
    name: string;
    value: GrantValue;
  }>;
  from: Timestamp;
  /** null: for ever */
  until: Timestamp | null;
};

export type CodesEnterProblem = 'promotion_code_invalid' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type CostsGetInput = {
  /** By default the present one */
  month?: Month;
  /** By default that of the catalogue */
  currency?: Currency;
  /** Only of this organisation */
  organisationId?: Id;
  /** How many organisations are listed; all are counted */
  limit?: number;
  /** Which table, of CSV */
  table?: "meters" | "plans" | "organisations";
  /** csv: one table; by default what `Accept` says */
  format?: "json" | "csv";
};

export type CostsGetOutput = CostFigures;

export type CostsGetProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type CouponsEndInput = {
  organisationId: Id;
  /** Name of the coupon in the catalogue */
  coupon: string;
  /** Why it ends */
  reason?: string;
};

export type CouponsEndOutput = unknown;

export type CouponsEndProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type CouponsGiveInput = {
  organisationId: Id;
  /** Of which product less is paid */
  product: ProductKey;
  /** Name of the coupon in the catalogue */
  coupon: string;
  /** Why it is given */
  reason: string;
};

export type CouponsGiveOutput = RunningCoupon;

export type CouponsGiveProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type CreditsEndInput = {
  organisationId: Id;
  /** Which units */
  creditId: Id;
  /** Why they are taken back */
  reason?: string;
};

export type CreditsEndOutput = Credit;

export type CreditsEndProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type CreditsGetInput = Record<string, never>;

export type CreditsGetOutput = {
  /** Money from credit notes and unused time */
  balances: Array<{
    currency: Currency;
    /** Pays later invoices; in the smallest unit of the currency */
    amountMinor: number;
  }>;
  features: Array<{
    feature: FeatureKey;
    /** null: usage does not answer at present */
    left: number | null;
    credits: Array<CreditLeft>;
  }>;
  /** Packages that were ordered, newest first */
  orders: Array<PackageOrder>;
};

export type CreditsGetProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type CreditsGiveInput = {
  organisationId: Id;
  /** Chosen by you: the same key again gives nothing more */
  creditKey: string;
  /** A package, also one that is not on offer; or feature and amount */
  package?: PackageKey;
  /** A metered feature */
  feature?: FeatureKey;
  /** How many units */
  amount?: number;
  /** What customers read; by default the package, or the amount */
  name?: Name;
  /** When the rest expires; by default as the package, or never */
  until?: Instant;
  /** The lowest is used first */
  priority?: number;
  /** What it is given as */
  source?: "manual" | "promotion";
  /** Why; it is stored with who did it */
  reason: string;
};

export type CreditsGiveOutput = Credit;

export type CreditsGiveProblem = 'unknown_package' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type CreditsListInput = {
  organisationId: Id;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type CreditsListOutput = {
  items: Array<Credit>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type CreditsListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type DisputesListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type DisputesListOutput = {
  items: Array<Dispute>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type DisputesListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type DisputesListAllInput = {
  /** By default all */
  state?: DisputeState;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type DisputesListAllOutput = {
  items: Array<Dispute>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type DisputesListAllProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type DisputesSettleInput = {
  organisationId: Id;
  /** At the payment provider */
  disputeId: string;
  /** Why; it is stored with who did it */
  reason: string;
};

export type DisputesSettleOutput = Dispute;

export type DisputesSettleProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type DoublePaymentsListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type DoublePaymentsListOutput = {
  items: Array<DoublePayment>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type DoublePaymentsListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type EntitlementsCurrentInput = Record<string, never>;

export type EntitlementsCurrentOutput = OwnEntitlements;

export type EntitlementsCurrentProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type GrantsCreateInput = {
  organisationId: Id;
  feature: FeatureKey;
  /** set: exactly this in place of what plans give. add: on top. max: at least this */
  op?: "set" | "add" | "max";
  value: GrantValue;
  /** When it begins; by default now */
  from?: Instant;
  /** When it ends; by default never */
  until?: Instant;
  /** What it is given as */
  source?: "manual" | "promotion" | "trial";
  /** Why it is given */
  reason: string;
};

export type GrantsCreateOutput = Grant;

export type GrantsCreateProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type GrantsDeleteInput = {
  organisationId: Id;
  /** Which grant */
  grantId: Id;
  /** Why it is taken back */
  reason?: string;
};

export type GrantsDeleteOutput = unknown;

export type GrantsDeleteProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type GrantsListInput = {
  organisationId: Id;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type GrantsListOutput = {
  items: Array<Grant>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type GrantsListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type InvoicesChargeOnceInput = {
  organisationId: Id;
  /** Chosen by you: the same key again changes nothing */
  chargeKey: string;
  /** What the customer reads on the invoice */
  description: string;
  currency: Currency;
  /** In the smallest unit of the currency; below zero it is a credit */
  amountMinor: number;
  /** Why; stored with who did it and when */
  reason: string;
  /** Issue an invoice at once, with everything that waits for one */
  now?: boolean;
};

export type InvoicesChargeOnceOutput = {
  invoice: InvoiceWithLines | null;
};

export type InvoicesChargeOnceProblem = 'other_currency' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type InvoicesCreditInput = {
  organisationId: Id;
  /** The invoice */
  invoiceId: Id;
  /** Why; stored with who did it and when */
  reason: string;
  /** Chosen by you: the same key again changes nothing */
  creditKey: string;
  /** In the smallest unit of the currency */
  amountMinor: number;
  /** The money was returned outside; else the balance gets it */
  refunded?: boolean;
};

export type InvoicesCreditOutput = Invoice;

export type InvoicesCreditProblem = 'invoice_not_payable' | 'invoice_of_provider' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type InvoicesExtendInput = {
  organisationId: Id;
  /** The invoice */
  invoiceId: Id;
  /** Why; stored with who did it and when */
  reason: string;
  /** When it is due from now on: in the future, within a year */
  dueAt: Instant;
};

export type InvoicesExtendOutput = Invoice;

export type InvoicesExtendProblem = 'invoice_not_payable' | 'invoice_of_provider' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type InvoicesGetInput = {
  /** The invoice */
  invoiceId: Id;
};

export type InvoicesGetOutput = InvoiceWithLines;

export type InvoicesGetProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type InvoicesListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** From the lowest up, from a to z, the earliest first; with a minus the other way round. number, issued: what has none comes before the others; total, due: the amount, in whichever currency */
  sort?: "created" | "number" | "issued" | "status" | "total" | "due" | "-created" | "-number" | "-issued" | "-status" | "-total" | "-due";
  /** Part of the number, in any case */
  search?: string;
  /** true: also how many there are in all */
  count?: boolean;
};

export type InvoicesListOutput = {
  items: Array<Invoice>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** How many there are of what is asked for; null unless `count` asks for it */
  total: number | null;
};

export type InvoicesListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type InvoicesListAllInput = {
  /** deleted: of organisations that are deleted, kept for `INVOICE_KEEP_YEARS` */
  of?: "current" | "deleted";
  /** By default all that were issued */
  state?: "open" | "overdue" | "paid" | "void";
  /** Only those of this organisation */
  organisationId?: Id;
  /** csv: a table; by default what `Accept` says */
  format?: "json" | "csv";
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type InvoicesListAllOutput = {
  items: Array<InvoiceOfAny>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** The table of the page, when CSV was asked for */
  csv?: string;
};

export type InvoicesListAllProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type InvoicesPayInput = {
  organisationId: Id;
  /** The invoice */
  invoiceId: Id;
  /** Why; stored with who did it and when */
  reason: string;
};

export type InvoicesPayOutput = Invoice;

export type InvoicesPayProblem = 'invoice_not_payable' | 'invoice_of_provider' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type InvoicesPdfInput = {
  /** The invoice */
  invoiceId: Id;
  /** Language of its words, dates and numbers */
  locale?: Locale;
};

export type InvoicesPdfOutput = Blob;

export type InvoicesPdfProblem = 'invoice_of_provider' | 'invoice_too_long' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type InvoicesPdfOfAnyInput = {
  organisationId: Id;
  /** The invoice */
  invoiceId: Id;
  /** Language of its words, dates and numbers */
  locale?: Locale;
};

export type InvoicesPdfOfAnyOutput = Blob;

export type InvoicesPdfOfAnyProblem = 'invoice_of_provider' | 'invoice_too_long' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type InvoicesVoidInput = {
  organisationId: Id;
  /** The invoice */
  invoiceId: Id;
  /** Why; stored with who did it and when */
  reason: string;
};

export type InvoicesVoidOutput = Invoice;

export type InvoicesVoidProblem = 'invoice_not_payable' | 'invoice_of_provider' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type OrdersDecideInput = {
  organisationId: Id;
  /** Name of the product */
  product: ProductKey;
  /** true: the plan begins; false: the order is refused */
  approve: boolean;
  /** Why; it is stored with the change */
  reason?: string;
};

export type OrdersDecideOutput = unknown;

export type OrdersDecideProblem = 'unknown_plan' | 'interval_not_offered' | 'addon_not_offered' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type OrdersListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type OrdersListOutput = {
  items: Array<PlanOrder>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type OrdersListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type OrganisationsBillingInput = {
  organisationId: Id;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type OrganisationsBillingOutput = {
  organisationId: Id;
  subscriptions: Array<Subscription>;
  orders: Array<PlanOrder>;
  trials: Array<{
    product: ProductKey;
    productName: string;
    plan: string;
    planName: string;
    startedAt: Timestamp;
    endsAt: Timestamp;
  }>;
  grants: Array<Grant>;
  entitlements: OwnEntitlements;
  /** Newest first */
  changes: Array<BillingChange>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type OrganisationsBillingProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type OrganisationsSearchInput = {
  /** A part of the name or of the owner’s address, or the whole id */
  q?: string;
  /** Those that have a subscription of it */
  product?: ProductKey;
  /** Those that have a plan of this name */
  plan?: PlanKey;
  /** Those that have a subscription in this state */
  status?: SubscriptionStatus;
  /** Those with, or without, a subscription that is not invoiced until an operator begins it */
  held?: boolean;
  /** created: the newest first. name: from a to z. mrr: those that bring most first */
  sort?: "created" | "name" | "mrr";
  /** By which `mrr` sorts; by default that of the catalogue */
  currency?: Currency;
  /** csv: a table; by default what `Accept` says */
  format?: "json" | "csv";
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type OrganisationsSearchOutput = {
  items: Array<OrganisationSummary>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** The table of the page, when CSV was asked for */
  csv?: string;
};

export type OrganisationsSearchProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type OrganisationsStoryInput = {
  organisationId: Id;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type OrganisationsStoryOutput = {
  items: Array<StoryEntry>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type OrganisationsStoryProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type PackagesOrderInput = {
  /** Name of the package */
  package: PackageKey;
  /** How many of it */
  quantity?: number;
  /** Chosen by you, new for each order */
  orderKey: string;
};

export type PackagesOrderOutput = {
  order: PackageOrder;
  invoice: InvoiceWithLines | null;
};

export type PackagesOrderProblem = 'unknown_package' | 'package_not_usable' | 'too_many_orders' | 'other_currency' | 'payments_not_configured' | 'package_payment_needed' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type PaymentsListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** From the lowest up, from a to z, the earliest first; with a minus the other way round */
  sort?: "at" | "kind" | "-at" | "-kind";
  /** true: also how many there are in all */
  count?: boolean;
};

export type PaymentsListOutput = {
  items: Array<PaymentFact>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** How many there are of what is asked for; null unless `count` asks for it */
  total: number | null;
};

export type PaymentsListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type PaymentsListOfInput = {
  organisationId: Id;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** From the lowest up, from a to z, the earliest first; with a minus the other way round */
  sort?: "at" | "kind" | "-at" | "-kind";
  /** true: also how many there are in all */
  count?: boolean;
};

export type PaymentsListOfOutput = {
  items: Array<PaymentFact>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** How many there are of what is asked for; null unless `count` asks for it */
  total: number | null;
};

export type PaymentsListOfProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type PaymentsMethodInput = Record<string, never>;

export type PaymentsMethodOutput = PaymentMethod;

export type PaymentsMethodProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type PlansApplyInput = {
  /** The YAML text of a plan catalogue */
  yaml: string;
  /** Refuse when another catalogue has been applied since the diff was shown */
  expectedVersion?: number;
};

export type PlansApplyOutput = {
  /** The version that is in force */
  catalogueVersion: number;
  changed: boolean;
  changes: Array<PlanChange>;
  addons: Array<AddonChange>;
  /** Currency, products, features, packages and coupons */
  others: Array<{
    field: string;
    before: string | null;
    after: string | null;
  }>;
  appliedVersion: number;
};

export type PlansApplyProblem = 'catalogue_invalid' | 'catalogue_changed' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type PlansDiffInput = {
  /** The YAML text of a plan catalogue */
  yaml: string;
};

export type PlansDiffOutput = CatalogueDiff;

export type PlansDiffProblem = 'catalogue_invalid' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'body_too_large' | 'unsupported_media_type' | EveryProblem;

export type PlansExportInput = {
  /** Which catalogue; by default the one in force */
  version?: number;
};

export type PlansExportOutput = {
  catalogueVersion: number;
  appliedAt: Timestamp;
  yaml: string;
};

export type PlansExportProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type PlansListInput = Record<string, never>;

export type PlansListOutput = {
  catalogueVersion: number;
  /** Plans are compared by their monthly price in it */
  currency: Currency;
  features: Array<FeatureInfo>;
  products: Array<{
    product: ProductKey;
    name: string;
    description: string;
    /** What every organisation has without paying; null: nothing */
    defaultPlan: PlanKey | null;
    plans: Array<Plan>;
    addons: Array<Addon>;
  }>;
  packages: Array<Package>;
};

export type PlansListProblem = 'precondition_failed' | EveryProblem;

export type PlansMoveInput = {
  /** The plan they have, on offer or not */
  from: PlanRef;
  /** The plan of the same product that they get; by default the newest version of the plan they have */
  to?: PlanRef;
  /** When they move */
  at?: "now" | "period_end";
  /** The version that a dry run showed; refused when another one is in force by now */
  toVersion?: number;
  /** Only show what would move */
  dryRun?: boolean;
};

export type PlansMoveOutput = {
  from: PlanRef;
  to: PlanRef;
  version: number;
  at: "now" | "period_end";
  /** How many move */
  subscriptions: number;
  moves: Array<PlanMove>;
  /** Of a dry run: who would have more than is allowed then, and what could only be read */
  overLimit: Array<{
    organisationId: Id;
    over: Array<OverLimit>;
  }>;
  /** Of a dry run: of how many organisations that is said, at most 200 */
  lookedAt: number;
  /** Subscriptions of the plan that already have the target version */
  stay: number;
};

export type PlansMoveProblem = 'unknown_plan' | 'interval_not_offered' | 'catalogue_changed' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type PlansValidateInput = {
  /** The YAML text of a plan catalogue */
  yaml: string;
};

export type PlansValidateOutput = {
  products: Array<ProductKey>;
  plans: Array<PlanRef>;
  features: Array<FeatureKey>;
  addons: Array<AddonKey>;
  packages: Array<PackageKey>;
};

export type PlansValidateProblem = 'catalogue_invalid' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'body_too_large' | 'unsupported_media_type' | EveryProblem;

export type PortalCreateInput = {
  /** payment_method: straight to a new card */
  page?: "home" | "payment_method";
};

export type PortalCreateOutput = {
  url: string;
};

export type PortalCreateProblem = 'payments_not_configured' | 'payment_refused' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type RevenueGetInput = {
  /** The first month; by default eleven before the last */
  from?: Month;
  /** The last month; by default the present one */
  to?: Month;
  /** By default that of the catalogue */
  currency?: Currency;
  /** Which table, of CSV */
  table?: "mrr" | "trials" | "plans" | "cohorts";
  /** csv: one table; by default what `Accept` says */
  format?: "json" | "csv";
};

export type RevenueGetOutput = RevenueFigures;

export type RevenueGetProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type SeatsFollowInput = {
  /** Whose plan sells members */
  product: ProductKey;
  /** Whether the quantity follows */
  following: boolean;
  /** The most that they may cost in a month, before taxes; needed to switch it on */
  monthlyCapMinor?: number;
};

export type SeatsFollowOutput = SoldSeats;

export type SeatsFollowProblem = 'seats_not_sold' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type SeatsGetInput = Record<string, never>;

export type SeatsGetOutput = {
  items: Array<SoldSeats>;
};

export type SeatsGetProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type SeatsPreviewInput = {
  /** How many would join; with those who are invited already */
  more: number;
};

export type SeatsPreviewOutput = {
  /** There are now; null: nobody can say at present */
  members: number | null;
  /** Of those who would join, so many cost nothing more */
  free: number;
  /** And so many could not join: the limit or the cap is reached */
  refused: number;
  /** What would be bought by itself; null: nothing */
  bought: {
    product: ProductKey;
    addon: AddonKey;
    name: string;
    /** More than now */
    quantity: number;
    currency: Currency;
    /** The price of one for one interval */
    unitMinor: number;
    interval: BillingInterval;
    /** An invoice at once; null: nothing is owed now */
    dueNow: PreviewedInvoice | null;
    /** The invoice at the next period */
    next: PreviewedInvoice | null;
  } | null;
};

export type SeatsPreviewProblem = 'payment_refused' | 'price_not_published' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type StripeListDriftsInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** Only those of this organisation */
  organisationId?: Id;
};

export type StripeListDriftsOutput = {
  items: Array<StripeDrift>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type StripeListDriftsProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type StripeListEventsInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** Only events in this state */
  state?: StripeEventState;
};

export type StripeListEventsOutput = {
  items: Array<StripeEvent>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type StripeListEventsProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type StripePublishPricesInput = {
  /** Only show what would change */
  dryRun?: boolean;
};

export type StripePublishPricesOutput = {
  /** Whether it is the account in which real money moves */
  livemode: boolean;
  changes: Array<PublishedChange>;
};

export type StripePublishPricesProblem = 'payments_not_configured' | 'payment_refused' | 'meter_differs' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type StripeReplayEventInput = {
  /** The id of the event at Stripe */
  eventId: string;
};

export type StripeReplayEventOutput = unknown;

export type StripeReplayEventProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type SubscriptionsBeginBillingInput = {
  organisationId: Id;
  /** Why; it is stored with the change */
  reason?: string;
};

export type SubscriptionsBeginBillingOutput = Subscriptions;

export type SubscriptionsBeginBillingProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type SubscriptionsCancelInput = {
  /** Name of the product */
  product: ProductKey;
  /** When it ends */
  at?: "now" | "period_end";
  /** Why; it is stored with the change */
  reason?: string;
};

export type SubscriptionsCancelOutput = Subscriptions;

export type SubscriptionsCancelProblem = 'payment_refused' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type SubscriptionsChangeInput = {
  /** Name of the product */
  product: ProductKey;
  /** Name of the plan */
  plan: PlanKey;
  /** What is paid for at a time; by default as it is */
  interval?: BillingInterval;
  /** All add-ons that it should have; by default those that it has and that go with the plan */
  addons?: Array<{
    addon: AddonKey;
    /** How many of it */
    quantity?: number;
  }>;
  /** When it begins */
  at?: "now" | "period_end";
  /** Try it first; once for each product */
  trial?: boolean;
  /** Of what is invoiced by hand */
  promotionCode?: PromotionCode;
  /** Why; it is stored with the change */
  reason?: string;
};

export type SubscriptionsChangeOutput = Subscriptions;

export type SubscriptionsChangeProblem = 'promotion_code_invalid' | 'unknown_plan' | 'interval_not_offered' | 'payment_needed' | 'trial_not_available' | 'addon_not_offered' | 'payment_refused' | 'payment_needs_holder' | 'price_not_published' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type SubscriptionsGetInput = Record<string, never>;

export type SubscriptionsGetOutput = {
  organisationId: Id;
  subscriptions: Array<Subscription>;
  orders: Array<{
    product: ProductKey;
    productName: string;
    plan: PlanKey;
    planName: string;
    interval: BillingInterval;
    orderedAt: Timestamp;
  }>;
  /** In which the organisation is billed, whatever else has a price; null: nothing was billed yet */
  currency: Currency | null;
};

export type SubscriptionsGetProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type SubscriptionsPauseInput = {
  /** Name of the product */
  product: ProductKey;
  /** Why; it is stored with the change */
  reason?: string;
};

export type SubscriptionsPauseOutput = Subscriptions;

export type SubscriptionsPauseProblem = 'payment_refused' | 'pause_not_available' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type SubscriptionsPreviewInput = {
  /** Name of the product */
  product: ProductKey;
  /** Name of the plan */
  plan: PlanKey;
  /** What is paid for at a time; by default as it is */
  interval?: BillingInterval;
  /** All add-ons that it should have; by default those that it has and that go with the plan */
  addons?: Array<{
    addon: AddonKey;
    /** How many of it */
    quantity?: number;
  }>;
  /** When it begins; by default as a change does */
  at?: "now" | "period_end";
  /** What it would take off; it is not used up */
  promotionCode?: PromotionCode;
};

export type SubscriptionsPreviewOutput = {
  product: ProductKey;
  plan: PlanKey;
  interval: BillingInterval;
  /** Who bills for it */
  provider: "none" | "manual" | "stripe";
  /** When the plan begins; null: when the operator approves it, and nothing changes before */
  beginsAt: Timestamp | null;
  /** An invoice at once; null: nothing is owed now */
  dueNow: PreviewedInvoice | null;
  /** The invoice at the next period; credits that wait are on it, and usage only as far as a payment provider has counted it by now. null: there is none, or the provider does not say it */
  next: PreviewedInvoice | null;
  /** Left to pay of invoices that are open already, besides `dueNow`; by currency */
  owed: Array<{
    currency: string;
    /** In the smallest unit */
    dueMinor: number;
  }>;
  /** What differs */
  entitlements: Array<{
    feature: FeatureKey;
    /** null: not included */
    before: FeatureGrant | null;
    /** null: not included */
    after: FeatureGrant | null;
  }>;
  /** Of what there is now, that will be over the limits */
  overLimit: Array<OverLimit>;
};

export type SubscriptionsPreviewProblem = 'promotion_code_invalid' | 'unknown_plan' | 'interval_not_offered' | 'addon_not_offered' | 'payment_needed' | 'payment_refused' | 'price_not_published' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type SubscriptionsResumeInput = {
  /** Name of the product */
  product: ProductKey;
  /** Why; it is stored with the change */
  reason?: string;
};

export type SubscriptionsResumeOutput = Subscriptions;

export type SubscriptionsResumeProblem = 'payment_refused' | 'payment_needs_holder' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type SubscriptionsSetInput = {
  organisationId: Id;
  /** By default the only product that has a plan of this name */
  product?: ProductKey;
  /** Name of the plan, also of one that is not on offer */
  plan: PlanKey;
  /** What is paid for at a time; by default as it is */
  interval?: BillingInterval;
  /** All add-ons that it should have; by default those that it has and that go with the plan */
  addons?: Array<{
    addon: AddonKey;
    /** How many of it */
    quantity?: number;
  }>;
  /** When it begins */
  at?: "now" | "period_end";
  /** past_due: a payment is overdue, the grace period begins */
  status?: "active" | "past_due" | "unpaid" | "paused" | "canceled";
  /** Of what is invoiced by hand */
  promotionCode?: PromotionCode;
  /** Why; it is stored with the change */
  reason?: string;
};

export type SubscriptionsSetOutput = Subscriptions;

export type SubscriptionsSetProblem = 'promotion_code_invalid' | 'unknown_plan' | 'interval_not_offered' | 'addon_not_offered' | 'payment_refused' | 'price_not_published' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type TopUpsGetInput = Record<string, never>;

export type TopUpsGetOutput = {
  items: Array<TopUp>;
};

export type TopUpsGetProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type TopUpsSetInput = {
  /** A metered feature */
  feature: FeatureKey;
  /** Whether packages are bought */
  enabled: boolean;
  /** Which one; needed to switch it on for the first time */
  package?: PackageKey;
  /** Units are bought when no more than so many are left, of the limit and prepaid */
  threshold?: number;
  /** The most that is spent in a month, before taxes; needed to switch it on */
  monthlyCapMinor?: number;
};

export type TopUpsSetOutput = TopUp;

export type TopUpsSetProblem = 'unknown_package' | 'package_not_usable' | 'other_currency' | 'payments_not_configured' | 'price_not_published' | 'no_payment_method' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type BacktestsCancelInput = {
  backtestId: Id;
};

export type BacktestsCancelOutput = Backtest;

export type BacktestsCancelProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type BacktestsCompareInput = {
  backtestId: Id;
  /** The other backtest */
  with: Id;
};

export type BacktestsCompareOutput = {
  first: Backtest;
  second: Backtest;
  /** Of one market, source and interval, over the same time */
  sameCandles: boolean;
  /** Those that differ, by path; null: not set */
  settings: Array<{
    setting: string;
    first: string | number | boolean | null;
    second: string | number | boolean | null;
  }>;
  /** Figures of both */
  figures: Array<{
    figure: "profit" | "openProfit" | "fees" | "funding" | "maxCapital" | "maxDrawdown" | "closedTrades" | "winningTrades" | "fills" | "liquidations";
    first: Decimal;
    second: Decimal;
    /** second − first; null between two currencies */
    difference: Decimal | null;
  }>;
};

export type BacktestsCompareProblem = 'not_found' | 'backtest_not_done' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type BacktestsCreateInput = {
  settings: BotSettingsInput;
  feed?: BacktestFeedInput;
};

export type BacktestsCreateOutput = Backtest;

export type BacktestsCreateProblem = 'not_found' | 'too_many_backtests' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | 'storage_full' | EveryProblem;

export type BacktestsDeleteInput = {
  backtestId: Id;
};

export type BacktestsDeleteOutput = unknown;

export type BacktestsDeleteProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type BacktestsEquityInput = {
  backtestId: Id;
};

export type BacktestsEquityOutput = {
  items: Array<EquityPoint>;
};

export type BacktestsEquityProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type BacktestsFillsInput = {
  backtestId: Id;
  /** Number of a trade, whose fills are listed alone */
  trade?: number;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type BacktestsFillsOutput = {
  items: Array<BacktestFill>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type BacktestsFillsProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type BacktestsGetInput = {
  backtestId: Id;
};

export type BacktestsGetOutput = Backtest;

export type BacktestsGetProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type BacktestsListInput = {
  /** Only those in this state */
  status?: BacktestStatus;
  /** Only those of this market */
  market?: string;
  /** A part of the name */
  search?: string;
  sort?: BacktestSort;
  /** true: the first page also says how many there are, in all and of each kind */
  count?: boolean;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type BacktestsListOutput = {
  items: Array<Backtest>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** Of those that `market` and `search` find, in whatever state; null unless `count` asks for it, and on further pages */
  counts: {
    total: number;
    queued: number;
    running: number;
    done: number;
    failed: number;
    cancelled: number;
  } | null;
};

export type BacktestsListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type BacktestsRenameInput = {
  backtestId: Id;
  name: Name;
};

export type BacktestsRenameOutput = Backtest;

export type BacktestsRenameProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type BacktestsTradesInput = {
  backtestId: Id;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type BacktestsTradesOutput = {
  items: Array<BacktestTrade>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type BacktestsTradesProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type BotsActivityInput = {
  botId: Id;
  /** Included; by default the first */
  from?: Instant;
  /** Excluded; by default up to the newest */
  to?: Instant;
  /** At most so many orders, and so many fills */
  limit?: number;
};

export type BotsActivityOutput = {
  orders: Array<BotOrder>;
  fills: Array<BotFill>;
  complete: boolean;
};

export type BotsActivityProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type BotsCreateInput = {
  name: Name;
  /** Where its orders go; so far only `paper` can be had */
  mode?: BotMode;
  settings: BotSettingsInput;
  feed?: FeedInput;
};

export type BotsCreateOutput = Bot;

export type BotsCreateProblem = 'plan_limit_reached' | 'feature_not_included' | 'mode_not_available' | 'unauthenticated' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | 'storage_full' | EveryProblem;

export type BotsDeleteInput = {
  botId: Id;
};

export type BotsDeleteOutput = unknown;

export type BotsDeleteProblem = 'not_found' | 'bot_not_stopped' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type BotsDuplicateInput = {
  botId: Id;
  name: Name;
};

export type BotsDuplicateOutput = Bot;

export type BotsDuplicateProblem = 'not_found' | 'plan_limit_reached' | 'feature_not_included' | 'unauthenticated' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | 'storage_full' | EveryProblem;

export type BotsEquityInput = {
  botId: Id;
  /** Included; by default the first */
  from?: Instant;
  /** Excluded; by default up to the newest */
  to?: Instant;
};

export type BotsEquityOutput = {
  currency: string;
  items: Array<BotEquityPoint>;
  /** The deepest of the points, as a number of 0 or more */
  maxDrawdown: Decimal;
};

export type BotsEquityProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type BotsGetInput = {
  botId: Id;
};

export type BotsGetOutput = Bot;

export type BotsGetProblem = 'not_found' | 'bot_not_stopped' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type BotsLevelsInput = {
  botId: Id;
};

export type BotsLevelsOutput = {
  tradeId: Id | null;
  currency: string;
  lastPrice: Decimal | null;
  levels: Array<NextLevel>;
  takeProfitPrice: Decimal | null;
  stopLossPrice: Decimal | null;
  liquidationPrice: Decimal | null;
  /** Needed when every level fills, entry fees included */
  capital: Decimal | null;
  /** Loss of a trade that fills every level and ends at its stop loss; null: only the capital bounds it */
  worstLoss: Decimal | null;
  /** Money in the open trade: value of its entries that are not closed */
  atRisk: Decimal;
};

export type BotsLevelsProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type BotsListInput = {
  /** Only those in this state */
  status?: BotStatus;
  /** Only those of this market */
  market?: string;
  /** A part of the name */
  search?: string;
  sort?: BotSort;
  /** true: the first page also says how many there are, in all and of each kind */
  count?: boolean;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type BotsListOutput = {
  items: Array<BotLine>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** Of those that `market` and `search` find, in whatever state; null unless `count` asks for it, and on further pages */
  counts: {
    total: number;
    stopped: number;
    running: number;
    stopping: number;
    halted: number;
  } | null;
};

export type BotsListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type BotsPreviewLadderInput = {
  settings: DcaSettingsInput;
  /** By default the close of the newest candle of `feed` */
  price?: PositiveDecimal;
  /** Which candles, where no price is given */
  feed?: {
    source?: CandleSource;
    interval?: CandleInterval;
  };
};

export type BotsPreviewLadderOutput = Ladder;

export type BotsPreviewLadderProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'body_too_large' | 'unsupported_media_type' | 'quota_exhausted' | EveryProblem;

export type BotsStartInput = {
  botId: Id;
  /** What to do with candles that arrived while it was stopped */
  resume?: "fromNow" | "catchUp";
};

export type BotsStartOutput = Bot;

export type BotsStartProblem = 'not_found' | 'bot_not_stopped' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type BotsStopInput = {
  botId: Id;
  /** close: at the last price that it has seen */
  openTrade?: "finish" | "close";
};

export type BotsStopOutput = Bot;

export type BotsStopProblem = 'not_found' | 'bot_halted' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type BotsSummarizeInput = {
  botId: Id;
};

export type BotsSummarizeOutput = BotSummary;

export type BotsSummarizeProblem = 'not_found' | 'bot_not_stopped' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type BotsTotalsInput = Record<string, never>;

export type BotsTotalsOutput = {
  items: Array<BotTotal>;
};

export type BotsTotalsProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type BotsUpdateInput = {
  botId: Id;
  name?: Name;
  settings?: BotSettingsInput;
};

export type BotsUpdateOutput = Bot;

export type BotsUpdateProblem = 'not_found' | 'bot_not_stopped' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type CandlesBeginUploadInput = {
  /** One of GET /api/v1/markets */
  market: string;
  interval: CandleInterval;
  /** identical: a candle may be repeated if it is the same; refuse: each once. Different candles of one time are always refused */
  duplicates?: "identical" | "refuse";
  /** Of prices between two ticks of the market; nearest: round to the nearer tick */
  rounding?: "refuse" | "nearest";
  /** refuse: one wrong row refuses the file; skip: the other rows are imported */
  wrongRows?: "refuse" | "skip";
  /** Time zone of times without one */
  zone?: string;
  /** Needed when commas may also separate thousands */
  decimalMark?: "auto" | "point" | "comma";
  /** Most candles are missing on purpose; by default times that all lie further apart than the interval are refused */
  sparse?: boolean;
};

export type CandlesBeginUploadOutput = CandleUpload;

export type CandlesBeginUploadProblem = 'not_found' | 'too_many_uploads' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | 'storage_full' | EveryProblem;

export type CandlesCancelUploadInput = {
  uploadId: Id;
};

export type CandlesCancelUploadOutput = CandleUpload;

export type CandlesCancelUploadProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type CandlesDeleteInput = {
  /** One of GET /api/v1/markets */
  market: string;
  interval: CandleInterval;
};

export type CandlesDeleteOutput = unknown;

export type CandlesDeleteProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type CandlesGetUploadInput = {
  uploadId: Id;
};

export type CandlesGetUploadOutput = CandleUpload;

export type CandlesGetUploadProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type CandlesImportInput = {
  /** One of GET /api/v1/markets */
  market: string;
  interval: CandleInterval;
  /** One candle a line */
  csv: string;
  /** identical: a candle may be repeated if it is the same; refuse: each once. Different candles of one time are always refused */
  duplicates?: "identical" | "refuse";
  /** Of prices between two ticks of the market; nearest: round to the nearer tick */
  rounding?: "refuse" | "nearest";
  /** refuse: one wrong row refuses the file; skip: the other rows are imported */
  wrongRows?: "refuse" | "skip";
  /** Time zone of times without one */
  zone?: string;
  /** Needed when commas may also separate thousands */
  decimalMark?: "auto" | "point" | "comma";
  /** Most candles are missing on purpose; by default times that all lie further apart than the interval are refused */
  sparse?: boolean;
};

export type CandlesImportOutput = {
  market: string;
  interval: CandleInterval;
  imported: number;
  /** Candles that were not stored before */
  added: number;
  /** Candles that were stored with other prices */
  replaced: number;
  /** Number of gaps, those to stored candles included */
  gaps: number;
  from: Timestamp;
  to: Timestamp;
  report: CandleReport;
};

export type CandlesImportProblem = 'not_found' | 'candles_scattered' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | 'storage_full' | EveryProblem;

export type CandlesIndicatorInput = {
  indicator: Indicator;
  /** One of GET /api/v1/markets */
  market: string;
  source?: CandleSource;
  interval?: CandleInterval;
  /** In candles; macd has its own */
  period?: number;
  /** First candle; by default the oldest */
  from?: Instant;
  /** At most so many items */
  limit?: number;
};

export type CandlesIndicatorOutput = {
  market: string;
  interval: CandleInterval;
  synthetic: boolean;
  items: Array<IndicatorPoint>;
};

export type CandlesIndicatorProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type CandlesListInput = {
  /** One of GET /api/v1/markets */
  market: string;
  source?: CandleSource;
  interval?: CandleInterval;
  /** First candle; by default the oldest. Not with `before` */
  from?: Instant;
  /** The last candles before it instead of the first ones */
  before?: Instant;
  /** At most so many items */
  limit?: number;
};

export type CandlesListOutput = {
  market: string;
  source: CandleSource;
  interval: CandleInterval;
  synthetic: boolean;
  items: Array<Candle>;
};

export type CandlesListProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type CandlesListSeriesInput = Record<string, never>;

export type CandlesListSeriesOutput = {
  items: Array<CandleSeries>;
};

export type CandlesListSeriesProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type CandlesListUploadsInput = {
  /** Only those in this state */
  status?: CandleUploadStatus;
  /** Only those of this market */
  market?: string;
  /** true: the first page also says how many there are, in all and of each kind */
  count?: boolean;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type CandlesListUploadsOutput = {
  items: Array<CandleUpload>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** Of those of `market`, in whatever state; null unless `count` asks for it, and on further pages */
  counts: {
    total: number;
    receiving: number;
    queued: number;
    running: number;
    done: number;
    failed: number;
    cancelled: number;
  } | null;
};

export type CandlesListUploadsProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type CandlesPreviewImportInput = {
  /** One of GET /api/v1/markets */
  market: string;
  interval: CandleInterval;
  /** One candle a line */
  csv: string;
  /** identical: a candle may be repeated if it is the same; refuse: each once. Different candles of one time are always refused */
  duplicates?: "identical" | "refuse";
  /** Of prices between two ticks of the market; nearest: round to the nearer tick */
  rounding?: "refuse" | "nearest";
  /** refuse: one wrong row refuses the file; skip: the other rows are imported */
  wrongRows?: "refuse" | "skip";
  /** Time zone of times without one */
  zone?: string;
  /** Needed when commas may also separate thousands */
  decimalMark?: "auto" | "point" | "comma";
  /** Most candles are missing on purpose; by default times that all lie further apart than the interval are refused */
  sparse?: boolean;
};

export type CandlesPreviewImportOutput = {
  market: string;
  interval: CandleInterval;
  importable: boolean;
  /** Why it would be refused */
  faults: Array<{
    code: string;
    message: string;
  }>;
  report: CandleReport;
  /** The first 5 candles as they would be stored */
  first: Array<Candle>;
};

export type CandlesPreviewImportProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'body_too_large' | 'unsupported_media_type' | 'quota_exhausted' | EveryProblem;

export type LedgerListInput = {
  botId: Id;
  /** Only entries of this kind */
  kind?: LedgerKind;
  sort?: LedgerSort;
  /** true: the first page also says how many there are, in all and of each kind */
  count?: boolean;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type LedgerListOutput = {
  items: Array<LedgerEntry>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** Of all entries that are stored, whatever `kind` is; null unless `count` asks for it, and on further pages */
  counts: {
    total: number;
    buy: number;
    sell: number;
    fee: number;
    funding: number;
  } | null;
};

export type LedgerListProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type MarketsCreateInput = {
  /** Unique name of the market */
  market: string;
  /** The asset that is traded, or the currency that it is paid in */
  base: string;
  /** The asset that is traded, or the currency that it is paid in */
  quote: string;
  /** Prices are whole multiples of it */
  tickSize: PositiveDecimal;
  /** Quantities are whole multiples of it; in later versions it may only get finer */
  lotSize: PositiveDecimal;
  /** Smallest quantity of an order */
  minQuantity: PositiveDecimal;
  /** Smallest price × quantity of an order, in the quote currency */
  minNotional: PositiveDecimal;
  /** Of every fill’s value, paid in the quote currency */
  feePercent: string;
  /** Of a future’s value: with less margin left it is liquidated */
  maintenanceMarginPercent: string;
};

export type MarketsCreateOutput = Market;

export type MarketsCreateProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | 'storage_full' | EveryProblem;

export type MarketsDeleteInput = {
  /** Its name */
  market: string;
};

export type MarketsDeleteOutput = unknown;

export type MarketsDeleteProblem = 'not_found' | 'market_in_use' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type MarketsGetInput = {
  /** Its name */
  market: string;
  /** By default the newest */
  version?: number;
};

export type MarketsGetOutput = Market;

export type MarketsGetProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type MarketsListInput = Record<string, never>;

export type MarketsListOutput = {
  items: Array<Market>;
};

export type MarketsListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type MarketsUpdateInput = {
  /** Its name */
  market: string;
  /** Quantities are whole multiples of it; in later versions it may only get finer */
  lotSize?: PositiveDecimal;
  /** Smallest quantity of an order */
  minQuantity?: PositiveDecimal;
  /** Smallest price × quantity of an order, in the quote currency */
  minNotional?: PositiveDecimal;
  /** Of every fill’s value, paid in the quote currency */
  feePercent?: string;
  /** Of a future’s value: with less margin left it is liquidated */
  maintenanceMarginPercent?: string;
};

export type MarketsUpdateOutput = Market;

export type MarketsUpdateProblem = 'not_found' | 'too_many_versions' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type SweepsCancelInput = {
  sweepId: Id;
};

export type SweepsCancelOutput = Sweep;

export type SweepsCancelProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type SweepsCreateInput = {
  settings: DcaSettingsInput;
  /** The settings to vary, in every combination of values */
  vary: Array<SweptSettingInput>;
  feed?: BacktestFeedInput;
  rankBy?: SweepRank;
  /** Test the best of each range on the next one, instead of ranking over all candles */
  walkForward?: {
    /** Length of a training range */
    trainCandles: number;
    /** Length of the test range after it */
    testCandles: number;
  };
};

export type SweepsCreateOutput = Sweep;

export type SweepsCreateProblem = 'not_found' | 'too_many_sweeps' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | 'storage_full' | EveryProblem;

export type SweepsDeleteInput = {
  sweepId: Id;
};

export type SweepsDeleteOutput = unknown;

export type SweepsDeleteProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type SweepsGetInput = {
  sweepId: Id;
};

export type SweepsGetOutput = SweepDetail;

export type SweepsGetProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type SweepsListInput = {
  /** Only those in this state */
  status?: SweepStatus;
  /** Only those of this market */
  market?: string;
  /** true: the first page also says how many there are, in all and of each kind */
  count?: boolean;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type SweepsListOutput = {
  items: Array<Sweep>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** Of those of `market`, in whatever state; null unless `count` asks for it, and on further pages */
  counts: {
    total: number;
    waiting: number;
    running: number;
    done: number;
    cancelled: number;
    failed: number;
  } | null;
};

export type SweepsListProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type SweepsResultsInput = {
  sweepId: Id;
  sort?: SweepSort;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type SweepsResultsOutput = {
  items: Array<SweepResult>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type SweepsResultsProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type TradesGetInput = {
  tradeId: Id;
};

export type TradesGetOutput = TradeDetail;

export type TradesGetProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type TradesListInput = {
  botId: Id;
  /** Only open or only closed ones */
  status?: TradeStatus;
  /** Only those that ended in this way */
  closedBy?: ClosedBy;
  sort?: TradeSort;
  /** true: the first page also says how many there are, in all and of each kind */
  count?: boolean;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type TradesListOutput = {
  items: Array<Trade>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** Of those of `status`, by how they ended: open ones are only in `total`; null unless `count` asks for it, and on further pages */
  counts: {
    total: number;
    takeProfit: number;
    stopLoss: number;
    close: number;
    liquidation: number;
  } | null;
};

export type TradesListProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type InstallationGetInput = Record<string, never>;

export type InstallationGetOutput = Installation;

export type InstallationGetProblem = 'precondition_failed' | EveryProblem;

export type ServiceDeadLettersDiscardInput = {
  /** One of the services that store something */
  service: "identity" | "billing" | "usage" | "monitor-agent" | "bot-executor" | "notifier";
  /** From the list of dead letters */
  deadLetterId: Id;
  /** For whoever reads the log later */
  reason: string;
};

export type ServiceDeadLettersDiscardOutput = unknown;

export type ServiceDeadLettersDiscardProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type ServiceDeadLettersListInput = {
  /** One of the services that store something */
  service: "identity" | "billing" | "usage" | "monitor-agent" | "bot-executor" | "notifier";
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type ServiceDeadLettersListOutput = {
  items: Array<DeadLetter>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type ServiceDeadLettersListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type ServiceDeadLettersReplayInput = {
  /** One of the services that store something */
  service: "identity" | "billing" | "usage" | "monitor-agent" | "bot-executor" | "notifier";
  /** From the list of dead letters */
  deadLetterId: Id;
};

export type ServiceDeadLettersReplayOutput = unknown;

export type ServiceDeadLettersReplayProblem = 'dead_letter_failed_again' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type ServicesListInput = Record<string, never>;

export type ServicesListOutput = Services;

export type ServicesListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type AccountsDeleteInput = {
  /** Your address, repeated */
  email: string;
  /** Needed when your session began more than ten minutes ago */
  currentPassword?: string;
  /** Whether organisations in which nobody else is may be deleted */
  deleteOrganisations?: boolean;
};

export type AccountsDeleteOutput = unknown;

export type AccountsDeleteProblem = 'password_needed' | 'wrong_password' | 'organisations_block' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type AccountsEventsInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** From the lowest up, from a to z, the earliest first; with a minus the other way round */
  sort?: "at" | "kind" | "-at" | "-kind";
};

export type AccountsEventsOutput = AccountEvents;

export type AccountsEventsProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type AccountsMeInput = Record<string, never>;

export type AccountsMeOutput = Me;

export type AccountsMeProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type AccountsPreviewDeletionInput = Record<string, never>;

export type AccountsPreviewDeletionOutput = AccountDeletion;

export type AccountsPreviewDeletionProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type AccountsRegisterInput = {
  /** E-mail address */
  email?: string;
  /** From the mail */
  token?: string;
  /** At least 12 characters; any are allowed, but no common password */
  password: string;
  name: Name;
  organisationName?: Name;
  /** Language of the mails to this person */
  locale?: Locale;
  /** What this device calls itself; by default the header `User-Agent` */
  device?: string;
};

export type AccountsRegisterOutput = Session;

export type AccountsRegisterProblem = 'email_taken' | 'address_unproven' | 'token_invalid' | 'password_too_weak' | 'body_too_large' | 'unsupported_media_type' | EveryProblem;

export type AccountsRequestInput = {
  /** E-mail address */
  email: string;
  /** Language of the mail */
  locale?: Locale;
};

export type AccountsRequestOutput = unknown;

export type AccountsRequestProblem = 'mail_not_configured' | 'body_too_large' | 'unsupported_media_type' | EveryProblem;

export type AccountsUpdateMeInput = {
  name?: Name;
  /** Language of mails and console */
  locale?: Locale | null;
  /** Time zone of dates */
  timeZone?: string | null;
  /** Colours of the console */
  theme?: "auto" | "light" | "dark" | null;
};

export type AccountsUpdateMeOutput = Profile;

export type AccountsUpdateMeProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type AuditListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** From the lowest up, from a to z, the earliest first; with a minus the other way round */
  sort?: "at" | "-at";
  /** Only what was done by these means */
  means?: ActorKind;
  /** Only what this person did, or a key that they made */
  userId?: Id;
  /** Only what this API key did */
  keyId?: string;
  /** Only this operation, or all of a kind: `bots.update`, `bots` */
  action?: string;
  /** Only what was done to things of this kind */
  thing?: ThingKind;
  /** Only what was done to this thing */
  thingId?: string;
  /** `refused`: what was tried and refused for want of the right, or of the password */
  outcome?: "done" | "refused" | "all";
  /** Included */
  from?: Instant;
  /** Not included */
  to?: Instant;
};

export type AuditListOutput = AuditEntries;

export type AuditListProblem = 'feature_not_included' | 'unauthenticated' | 'plan_limit_reached' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type DemoRemoveInput = Record<string, never>;

export type DemoRemoveOutput = unknown;

export type DemoRemoveProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type DomainsAddInput = {
  /** A host name, such as app.example.com */
  domain: string;
};

export type DomainsAddOutput = Domain;

export type DomainsAddProblem = 'owners_only' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type DomainsAskInput = {
  /** A host name, such as app.example.com */
  domain: string;
};

export type DomainsAskOutput = AskedDomain;

export type DomainsAskProblem = 'not_found' | 'precondition_failed' | EveryProblem;

export type DomainsListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type DomainsListOutput = DomainPage;

export type DomainsListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type DomainsProveInput = {
  /** The domain */
  domainId: Id;
};

export type DomainsProveOutput = Domain;

export type DomainsProveProblem = 'not_found' | 'domain_unproven' | 'domain_taken' | 'domain_unanswered' | 'owners_only' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type DomainsRemoveInput = {
  /** The domain */
  domainId: Id;
};

export type DomainsRemoveOutput = unknown;

export type DomainsRemoveProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type EmailsChangeInput = {
  /** E-mail address */
  email: string;
  /** Needed when your session began more than ten minutes ago */
  currentPassword?: string;
};

export type EmailsChangeOutput = EmailChange;

export type EmailsChangeProblem = 'password_needed' | 'wrong_password' | 'email_taken' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type EmailsConfirmChangeInput = {
  /** From the mail */
  token: string;
};

export type EmailsConfirmChangeOutput = User;

export type EmailsConfirmChangeProblem = 'token_invalid' | 'email_taken' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type EmailsResendVerificationInput = Record<string, never>;

export type EmailsResendVerificationOutput = unknown;

export type EmailsResendVerificationProblem = 'mail_not_configured' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type EmailsUndoChangeInput = {
  /** From the mail */
  token: string;
};

export type EmailsUndoChangeOutput = unknown;

export type EmailsUndoChangeProblem = 'token_invalid' | 'body_too_large' | 'unsupported_media_type' | EveryProblem;

export type EmailsVerifyInput = {
  /** From the mail */
  token: string;
};

export type EmailsVerifyOutput = User;

export type EmailsVerifyProblem = 'token_invalid' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type InvitationsAcceptInput = {
  /** From the invitation */
  token: string;
};

export type InvitationsAcceptOutput = {
  organisationId: Id;
  role: Role;
};

export type InvitationsAcceptProblem = 'invitation_invalid' | 'email_unverified' | 'organisation_limit_reached' | 'plan_limit_reached' | 'unauthenticated' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type InvitationsAcceptOwnInput = {
  invitationId: Id;
};

export type InvitationsAcceptOwnOutput = {
  organisationId: Id;
  role: Role;
};

export type InvitationsAcceptOwnProblem = 'not_found' | 'invitation_invalid' | 'email_unverified' | 'organisation_limit_reached' | 'plan_limit_reached' | 'unauthenticated' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type InvitationsCreateInput = {
  /** E-mail address */
  email: string;
  role: Role;
};

export type InvitationsCreateOutput = NewInvitation;

export type InvitationsCreateProblem = 'plan_limit_reached' | 'role_too_high' | 'email_unverified' | 'unauthenticated' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type InvitationsDeclineInput = {
  invitationId: Id;
};

export type InvitationsDeclineOutput = unknown;

export type InvitationsDeclineProblem = 'not_found' | 'email_unverified' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type InvitationsListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** From the lowest up, from a to z, the earliest first; with a minus the other way round. role: from viewer up to owner */
  sort?: "created" | "email" | "role" | "until" | "-created" | "-email" | "-role" | "-until";
  /** Part of the address, in any case */
  search?: string;
  /** true: also how many there are in all */
  count?: boolean;
};

export type InvitationsListOutput = {
  items: Array<Invitation>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** How many there are of what is asked for; null unless `count` asks for it */
  total: number | null;
};

export type InvitationsListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type InvitationsOwnInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type InvitationsOwnOutput = OwnInvitations;

export type InvitationsOwnProblem = 'email_unverified' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type InvitationsResendInput = {
  invitationId: Id;
};

export type InvitationsResendOutput = Invitation;

export type InvitationsResendProblem = 'not_found' | 'role_too_high' | 'mail_not_configured' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type InvitationsRevokeInput = {
  invitationId: Id;
};

export type InvitationsRevokeOutput = unknown;

export type InvitationsRevokeProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type InvitationsShowInput = {
  /** From the invitation */
  token: string;
};

export type InvitationsShowOutput = ShownInvitation;

export type InvitationsShowProblem = 'invitation_invalid' | 'body_too_large' | 'unsupported_media_type' | EveryProblem;

export type JwksGetInput = Record<string, never>;

export type JwksGetOutput = Jwks;

export type JwksGetProblem = 'precondition_failed' | EveryProblem;

export type KeysCreateInput = {
  name: Name;
  /** What the key may do */
  scopes: Array<"org:read" | "members:read" | "billing:read" | "usage:read" | "servers:read" | "bots:read" | "channels:read" | "usage:write" | "servers:write" | "bots:write" | "channels:write" | "keys:read" | "org:admin" | "audit:read" | "members:write" | "keys:write" | "billing:write">;
  /** By default it works until it is revoked */
  expiresAt?: Instant;
};

export type KeysCreateOutput = NewApiKey;

export type KeysCreateProblem = 'plan_limit_reached' | 'email_unverified' | 'unauthenticated' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type KeysListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** From the lowest up, from a to z, the earliest first; with a minus the other way round. valid: those that work, newest first, then those that have expired. lastUsed: never is the earliest. until: without end is the last */
  sort?: "valid" | "name" | "prefix" | "created" | "lastUsed" | "until" | "-valid" | "-name" | "-prefix" | "-created" | "-lastUsed" | "-until";
  /** Part of the name, in any case */
  search?: string;
  /** true: also how many there are in all */
  count?: boolean;
};

export type KeysListOutput = {
  items: Array<ApiKey>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** How many there are of what is asked for; null unless `count` asks for it */
  total: number | null;
};

export type KeysListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type KeysRenameInput = {
  /** The API key */
  keyId: string;
  name: Name;
};

export type KeysRenameOutput = ApiKey;

export type KeysRenameProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type KeysRevokeInput = {
  /** The API key */
  keyId: string;
};

export type KeysRevokeOutput = unknown;

export type KeysRevokeProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type KeysRotateInput = {
  /** The API key */
  keyId: string;
  /** How long the old key works beside the new one */
  overlapHours?: number;
};

export type KeysRotateOutput = RotatedApiKey;

export type KeysRotateProblem = 'not_found' | 'email_unverified' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type LinksCreateInput = {
  name: Name;
  /** What it shows */
  kind: "server" | "bot";
  /** The server or bot that it shows */
  thingId: Id;
  /** By default it works until it is revoked */
  expiresAt?: Instant;
};

export type LinksCreateOutput = NewSharedLink;

export type LinksCreateProblem = 'email_unverified' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type LinksListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** From the lowest up, from a to z, the earliest first; with a minus the other way round. valid: those that work, newest first, then those that have expired. until: without end is the last */
  sort?: "valid" | "name" | "created" | "until" | "-valid" | "-name" | "-created" | "-until";
  /** Part of the name, in any case */
  search?: string;
  /** true: also how many there are in all */
  count?: boolean;
};

export type LinksListOutput = {
  items: Array<SharedLink>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** How many there are of what is asked for; null unless `count` asks for it */
  total: number | null;
};

export type LinksListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type LinksRevokeInput = {
  /** The link */
  linkId: string;
};

export type LinksRevokeOutput = unknown;

export type LinksRevokeProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type MailSendersConfirmInput = {
  /** From the mail, valid for a day */
  token: string;
};

export type MailSendersConfirmOutput = ConfirmedReplyAddress;

export type MailSendersConfirmProblem = 'token_invalid' | 'body_too_large' | 'unsupported_media_type' | EveryProblem;

export type MailSendersGetInput = Record<string, never>;

export type MailSendersGetOutput = MailSender;

export type MailSendersGetProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type MailSendersResendInput = Record<string, never>;

export type MailSendersResendOutput = MailSender;

export type MailSendersResendProblem = 'mail_not_configured' | 'email_unverified' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type MailSendersSetInput = {
  /** Shown as the sender, instead of the operator’s name */
  name?: Name;
  /** The sender’s address, at a domain that the organisation has proved or below one */
  address?: string;
  /** Where answers go, once that address has agreed */
  replyTo?: string;
};

export type MailSendersSetOutput = MailSender;

export type MailSendersSetProblem = 'email_unverified' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type MembersChangeRoleInput = {
  userId: Id;
  role: Role;
};

export type MembersChangeRoleOutput = Member;

export type MembersChangeRoleProblem = 'not_found' | 'last_owner' | 'role_too_high' | 'organisation_limit_reached' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type MembersLeaveInput = {
  /** One of your organisations */
  organisationId: Id;
};

export type MembersLeaveOutput = unknown;

export type MembersLeaveProblem = 'not_found' | 'last_owner' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type MembersListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** From the lowest up, from a to z, the earliest first; with a minus the other way round. role: from viewer up to owner */
  sort?: "joined" | "name" | "email" | "role" | "lastActive" | "-joined" | "-name" | "-email" | "-role" | "-lastActive";
  /** A part of the name or address */
  search?: string;
  /** Only with this role */
  role?: Role;
};

export type MembersListOutput = {
  items: Array<Member>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type MembersListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type MembersRemoveInput = {
  userId: Id;
};

export type MembersRemoveOutput = unknown;

export type MembersRemoveProblem = 'not_found' | 'last_owner' | 'role_too_high' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type OrganisationsCreateInput = {
  name: Name;
};

export type OrganisationsCreateOutput = Organisation;

export type OrganisationsCreateProblem = 'organisation_limit_reached' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type OrganisationsDeleteInput = {
  /** The organisation’s name, repeated to confirm */
  name: Name;
};

export type OrganisationsDeleteOutput = unknown;

export type OrganisationsDeleteProblem = 'not_found' | 'role_too_high' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type OrganisationsGetInput = Record<string, never>;

export type OrganisationsGetOutput = Organisation;

export type OrganisationsGetProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type OrganisationsListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** Part of the name, in any case */
  search?: string;
  /** true: also how many there are in all */
  count?: boolean;
};

export type OrganisationsListOutput = Organisations;

export type OrganisationsListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type OrganisationsRenameInput = {
  name: Name;
};

export type OrganisationsRenameOutput = Organisation;

export type OrganisationsRenameProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type PasswordsChangeInput = {
  /** The current password */
  currentPassword: string;
  /** At least 12 characters; any are allowed, but no common password */
  newPassword: string;
};

export type PasswordsChangeOutput = unknown;

export type PasswordsChangeProblem = 'wrong_password' | 'password_too_weak' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type PasswordsForgottenInput = {
  /** E-mail address */
  email: string;
};

export type PasswordsForgottenOutput = unknown;

export type PasswordsForgottenProblem = 'mail_not_configured' | 'body_too_large' | 'unsupported_media_type' | EveryProblem;

export type PasswordsResetInput = {
  /** From the mail */
  token: string;
  /** At least 12 characters; any are allowed, but no common password */
  password: string;
};

export type PasswordsResetOutput = unknown;

export type PasswordsResetProblem = 'token_invalid' | 'password_too_weak' | 'body_too_large' | 'unsupported_media_type' | EveryProblem;

export type ServiceKeysCreateInput = {
  name: Name;
  /** What the key may do */
  scopes: Array<ServiceKeyScope>;
  /** By default it works until it is revoked */
  expiresAt?: Instant;
};

export type ServiceKeysCreateOutput = NewServiceKey;

export type ServiceKeysCreateProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type ServiceKeysListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type ServiceKeysListOutput = {
  items: Array<ServiceKey>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type ServiceKeysListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type ServiceKeysRevokeInput = {
  /** The service key: its first ten characters after `tgs_` */
  keyId: string;
};

export type ServiceKeysRevokeOutput = unknown;

export type ServiceKeysRevokeProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type SessionsEndOthersInput = Record<string, never>;

export type SessionsEndOthersOutput = EndedSessions;

export type SessionsEndOthersProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type SessionsListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** true: also how many there are in all */
  count?: boolean;
};

export type SessionsListOutput = OwnSessions;

export type SessionsListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type SessionsLoginInput = {
  /** E-mail address of the account */
  email: string;
  /** Its password */
  password: string;
  /** A random value that this device stores. Where it has logged in before, wrong passwords of others do not make it wait. With `Session-Cookies` the gateway stores one in a cookie. */
  deviceId?: string;
  /** What this device calls itself; by default the header `User-Agent` */
  device?: string;
};

export type SessionsLoginOutput = Session;

export type SessionsLoginProblem = 'wrong_credentials' | 'body_too_large' | 'unsupported_media_type' | EveryProblem;

export type SessionsLogoutInput = Record<string, never>;

export type SessionsLogoutOutput = unknown;

export type SessionsLogoutProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type SessionsRefreshInput = {
  /** Of the last log-in or refresh */
  refreshToken?: string;
  /** What this device calls itself; by default the header `User-Agent` */
  device?: string;
};

export type SessionsRefreshOutput = Session;

export type SessionsRefreshProblem = 'invalid_grant' | 'body_too_large' | 'unsupported_media_type' | EveryProblem;

export type SessionsRevokeInput = {
  sessionId: Id;
};

export type SessionsRevokeOutput = unknown;

export type SessionsRevokeProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type SessionsSwitchOrganisationInput = {
  /** One of your organisations */
  organisationId: Id;
};

export type SessionsSwitchOrganisationOutput = SwitchedSession;

export type SessionsSwitchOrganisationProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type ThemesGetInput = {
  /** The organisation */
  organisationId: Id;
};

export type ThemesGetOutput = Theme;

export type ThemesGetProblem = 'precondition_failed' | EveryProblem;

export type ThemesSetInput = {
  /** Shown instead of Tidegate */
  name?: Name;
  /** Colour of links and buttons. Pages darken or lighten it until it can be read */
  accent?: string;
  /** PNG, JPEG or WebP of at most 65536 bytes as a `data:` URL */
  logo?: string;
};

export type ThemesSetOutput = Theme;

export type ThemesSetProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type ServersActivityInput = {
  serverId: Id;
  /** Included; default one hour before `to` */
  from?: Instant;
  /** Excluded; default now */
  to?: Instant;
  /** The last snapshot at or before this moment instead of the newest */
  at?: Instant;
};

export type ServersActivityOutput = {
  /** null: nothing has been collected yet */
  at: Timestamp | null;
  maxConnections: number | null;
  /** All that are not idle, and idle ones that block others */
  sessions: Array<DatabaseSession>;
  /** How many there were; more than are listed when there were many */
  sessionsTotal: Count;
  /** All sessions, of clients and others, counted */
  groups: Array<SessionGroup>;
  history: Array<ActivityPoint>;
};

export type ServersActivityProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ServersAddPlatformInput = Record<string, never>;

export type ServersAddPlatformOutput = Server;

export type ServersAddPlatformProblem = 'no_platform_database' | 'server_name_taken' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type ServersAnnotationsInput = {
  serverId: Id;
  /** Included; default one hour before `to` */
  from?: Instant;
  /** Excluded; default now */
  to?: Instant;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type ServersAnnotationsOutput = {
  /** Those detected in the range and notes about it, newest first */
  items: Array<ServerAnnotation>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  total: Count;
};

export type ServersAnnotationsProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ServersBlockingInput = {
  serverId: Id;
  /** Included; default one hour before `to` */
  from?: Instant;
  /** Excluded; default now */
  to?: Instant;
  /** The last snapshot at or before this moment instead of the newest */
  at?: Instant;
};

export type ServersBlockingOutput = {
  /** null: nothing has been collected yet */
  at: Timestamp | null;
  blocked: Count;
  depth: Count;
  /** Those with most waiting sessions first */
  roots: Array<number>;
  /** Roots first, then level by level */
  sessions: Array<BlockingSession>;
  /** At most 500, those for a held lock first */
  locks: Array<LockWait>;
  /** The newest 200 that touch the range */
  incidents: Array<BlockingIncident>;
  incidentsTotal: Count;
};

export type ServersBlockingProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ServersCreateInput = NewServer;

export type ServersCreateOutput = Server;

export type ServersCreateProblem = 'plan_limit_reached' | 'server_name_taken' | 'unauthenticated' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | 'storage_full' | EveryProblem;

export type ServersDatabasesInput = {
  serverId: Id;
  /** Included; default one hour before `to` */
  from?: Instant;
  /** Excluded; default now */
  to?: Instant;
};

export type ServersDatabasesOutput = {
  range: CollectedRange;
  items: Array<MonitoredDatabase>;
};

export type ServersDatabasesProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ServersDeleteInput = {
  serverId: Id;
};

export type ServersDeleteOutput = unknown;

export type ServersDeleteProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type ServersFindingsDismissInput = {
  serverId: Id;
  /** The finding’s `id` */
  finding: string;
  /** Why it stays */
  reason: Name;
};

export type ServersFindingsDismissOutput = unknown;

export type ServersFindingsDismissProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type ServersFindingsRestoreInput = {
  serverId: Id;
  /** The finding’s `id` */
  finding: string;
};

export type ServersFindingsRestoreOutput = unknown;

export type ServersFindingsRestoreProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type ServersGetInput = {
  serverId: Id;
};

export type ServersGetOutput = Server;

export type ServersGetProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ServersIndexFindingsInput = {
  serverId: Id;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** Only of this database */
  database?: string;
  /** Only of tables with this name */
  table?: string;
  /** true: those that were dismissed instead of those that were not */
  dismissed?: boolean;
};

export type ServersIndexFindingsOutput = {
  items: Array<ListedFinding>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  total: Count;
  /** How many were dismissed */
  dismissed: Count;
  /** Of all findings whose SQL drops an index */
  bytes: Count;
  /** Indexes that were judged */
  judged: Count;
  /** Known indexes; more than were judged when there are very many */
  known: Count;
  databases: Array<{
    database: string;
    /** Since when scans are counted without a reset; a reset or a crash of the server starts again */
    countingSince: Timestamp | null;
    /** How much of the time since was actually observed */
    observedDays: number;
    /** Whether that is long enough to call an index unused */
    judgesUnused: boolean;
  }>;
};

export type ServersIndexFindingsProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ServersIndexesInput = {
  serverId: Id;
  /** Included; default one hour before `to` */
  from?: Instant;
  /** Excluded; default now */
  to?: Instant;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** Only of this database */
  database?: string;
  /** Only of this schema */
  schema?: string;
  /** Part of the name, or of the name of one of its partitions, in any case */
  search?: string;
  /** together: partitions are added up as the partitioned table or index; apart: one by one */
  partitions?: "together" | "apart";
  /** Only of this table */
  table?: string;
  /** By what the list is ordered, most first; names from a on */
  sort?: "bytes" | "scans" | "rowsRead" | "name";
};

export type ServersIndexesOutput = {
  range: CollectedRange;
  /** How many there are now, partitions and partitioned ones included */
  known: Count;
  items: Array<MonitoredIndex>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type ServersIndexesProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ServersListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** worst: those with the worst findings first; cacheHit: the lowest first; lastCollected: the longest ago first; other figures: the highest first */
  sort?: "name" | "worst" | "active" | "commits" | "meanMs" | "cacheHit" | "oldestTransaction" | "lastCollected";
  /** Part of the name, the host or the version, in any case */
  search?: string;
  /** Only those in this state */
  state?: ServerState;
  /** true: also how many there are in each state */
  count?: boolean;
};

export type ServersListOutput = {
  items: Array<ListedServer>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** Of those that `search` finds, in whatever state; null unless `count` asks for it */
  counts: {
    total: Count;
    pending: Count;
    ok: Count;
    unreachable: Count;
    paused: Count;
  } | null;
};

export type ServersListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ServersMomentsInput = {
  serverId: Id;
  /** Included; default one hour before `to` */
  from?: Instant;
  /** Excluded; default now */
  to?: Instant;
};

export type ServersMomentsOutput = {
  /** The 50 worst, newest first */
  moments: Array<ServerMoment>;
};

export type ServersMomentsProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ServersNotesCreateInput = {
  serverId: Id;
  /** When it happened; default now */
  at?: Instant;
  /** What happened */
  text: Name;
};

export type ServersNotesCreateOutput = ServerAnnotation;

export type ServersNotesCreateProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | 'storage_full' | EveryProblem;

export type ServersNotesDeleteInput = {
  serverId: Id;
  /** The note */
  noteId: Id;
};

export type ServersNotesDeleteOutput = unknown;

export type ServersNotesDeleteProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type ServersOverviewInput = {
  serverId: Id;
  /** Included; default one hour before `to` */
  from?: Instant;
  /** Excluded; default now */
  to?: Instant;
};

export type ServersOverviewOutput = {
  server: Server;
  range: CollectedRange;
  uptimeSeconds: number | null;
  maxConnections: number | null;
  /** The last snapshot of the range */
  activity: ActivityPoint | null;
  perSecond: {
    commits: number;
    rollbacks: number;
    rowsRead: number;
    rowsWritten: number;
    calls: number;
  };
  /** Blocks found in memory / blocks asked for, 0 to 1 */
  cacheHitRatio: number | null;
  databases: Count;
  bytes: Count | null;
  tables: Count;
  indexes: Count;
  statements: {
    known: Count;
    completeness: StatementCompleteness;
    top: Array<Statement>;
  };
  /** As in the server, including what is only worth knowing */
  missing: Array<ServerCheck>;
};

export type ServersOverviewProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ServersSeriesInput = {
  serverId: Id;
  /** Included; default one hour before `to` */
  from?: Instant;
  /** Excluded; default now */
  to?: Instant;
  /** Minimum seconds per point; by default as few as the number of points allows */
  step?: number;
  /** previous: also the period of the same length that ends where this one begins */
  compare?: "previous";
};

export type ServersSeriesOutput = {
  range: CollectedRange;
  /** Seconds that one point sums up */
  step: number;
  points: Array<ServerPoint>;
  /** Of the whole range */
  total: ServerFigures;
  /** Point by point the one before it; null unless `compare` asked for it */
  previous: {
    range: CollectedRange;
    points: Array<ServerPoint>;
    total: ServerFigures;
  } | null;
};

export type ServersSeriesProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ServersStatementInput = {
  serverId: Id;
  /** The statement */
  statementId: string;
  /** Included; default one hour before `to` */
  from?: Instant;
  /** Excluded; default now */
  to?: Instant;
};

export type ServersStatementOutput = {
  range: CollectedRange;
  /** With the period before; zeros when it was not called in the range */
  statement: ListedStatement;
  /** Tables of its database that its text names, at most 50 */
  tables: Array<{
    schema: string;
    name: string;
    totalBytes: number | null;
  }>;
  /** Who was seen running it in up to 500 snapshots of the range; short calls are seldom seen */
  users: Array<{
    role: string | null;
    application: string;
    /** Average number of concurrent sessions */
    sessions: number;
  }>;
  /** What its sessions were doing */
  waits: Array<WaitShare>;
  /** At most 120 slices; slices without a snapshot are left out */
  waitSeries: Array<{
    at: Timestamp;
    waits: Array<WaitShare>;
  }>;
  findings: Array<StatementFinding>;
  /** Of the indexes of its tables */
  indexFindings: Array<IndexFinding>;
};

export type ServersStatementProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ServersStatementSeriesInput = {
  serverId: Id;
  /** The statement */
  statementId: string;
  /** Included; default one hour before `to` */
  from?: Instant;
  /** Excluded; default now */
  to?: Instant;
  /** Minimum seconds per point; by default as few as the number of points allows */
  step?: number;
};

export type ServersStatementSeriesOutput = {
  range: CollectedRange;
  /** Seconds that one point sums up */
  step: number;
  points: Array<StatementPoint>;
};

export type ServersStatementSeriesProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ServersStatementsInput = {
  serverId: Id;
  /** Included; default one hour before `to` */
  from?: Instant;
  /** Excluded; default now */
  to?: Instant;
  sort?: StatementSort;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** Only of this database */
  database?: string;
  /** Only of this role */
  role?: string;
  /** Part of the text, in any case */
  search?: string;
  /** previous: each with its figures in the period of the same length before */
  compare?: "previous";
  /** true: each with its time over the range */
  spark?: boolean;
  /** true: also how the time is divided among databases and roles */
  facets?: boolean;
};

export type ServersStatementsOutput = {
  range: CollectedRange;
  completeness: StatementCompleteness;
  total: {
    statements: Count;
    calls: Count;
    rows: Count;
    totalMs: number;
  };
  /** Seconds of one part of `spark` */
  sparkStep: number | null;
  /** Of all statements of the range, whatever is filtered; those with most time first, at most 20 */
  facets: {
    databases: Array<{
      name: string;
      statements: Count;
      totalMs: number;
    }>;
    roles: Array<{
      name: string;
      statements: Count;
      totalMs: number;
    }>;
  } | null;
  items: Array<ListedStatement>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type ServersStatementsProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ServersTableInput = {
  serverId: Id;
  /** Included; default one hour before `to` */
  from?: Instant;
  /** Excluded; default now */
  to?: Instant;
  /** Database of the table */
  database: string;
  /** Schema of the table */
  schema: string;
  /** Name of the table */
  table: string;
};

export type ServersTableOutput = {
  range: CollectedRange;
  table: MonitoredTable;
  indexes: Array<MonitoredIndex>;
  findings: Array<IndexFinding>;
  /** Days on which its size was another one than before, for as long as the plan keeps history, and now; of a partitioned table all partitions together */
  growth: Array<{
    at: Timestamp;
    heapBytes: Count;
    indexBytes: Count;
    liveRows: Count;
    deadRows: Count;
  }>;
};

export type ServersTableProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ServersTablesInput = {
  serverId: Id;
  /** Included; default one hour before `to` */
  from?: Instant;
  /** Excluded; default now */
  to?: Instant;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** Only of this database */
  database?: string;
  /** Only of this schema */
  schema?: string;
  /** Part of the name, or of the name of one of its partitions, in any case */
  search?: string;
  /** together: partitions are added up as the partitioned table or index; apart: one by one */
  partitions?: "together" | "apart";
  /** By what the list is ordered, most first; names from a on */
  sort?: "totalBytes" | "sequentialScans" | "rowsReadSequentially" | "indexScans" | "writes" | "deadRows" | "name";
};

export type ServersTablesOutput = {
  range: CollectedRange;
  /** How many there are now, partitions and partitioned ones included */
  known: Count;
  items: Array<MonitoredTable>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type ServersTablesProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ServersTestInput = {
  serverId: Id;
};

export type ServersTestOutput = ServerReport;

export type ServersTestProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'body_too_large' | 'unsupported_media_type' | 'quota_exhausted' | EveryProblem;

export type ServersTestNewInput = NewServerTest;

export type ServersTestNewOutput = ServerReport;

export type ServersTestNewProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'body_too_large' | 'unsupported_media_type' | 'quota_exhausted' | EveryProblem;

export type ServersUpdateInput = ServerPatch;

export type ServersUpdateOutput = Server;

export type ServersUpdateProblem = 'server_name_taken' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type ServersWaitsInput = {
  serverId: Id;
  /** Included; default one hour before `to` */
  from?: Instant;
  /** Excluded; default now */
  to?: Instant;
};

export type ServersWaitsOutput = {
  range: CollectedRange;
  /** Snapshots that the figures are made of; where more than 5000 are not added up yet, every n-th of them */
  snapshots: Count;
  /** Sessions that were not idle, on average */
  sessions: number;
  /** The 50 that most sessions were in */
  waits: Array<WaitShare>;
  /** The 50 that most sessions were in */
  statements: Array<{
    /** null: PostgreSQL did not say which */
    queryId: string | null;
    database: string | null;
    text: string | null;
    /** Average number of concurrent sessions */
    sessions: number;
    /** The five that most of its sessions were in */
    waits: Array<WaitShare>;
  }>;
  /** At most 120 slices in the order of time; slices without a snapshot are left out */
  series: Array<{
    at: Timestamp;
    waits: Array<WaitShare>;
  }>;
};

export type ServersWaitsProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ServersWraparoundInput = {
  serverId: Id;
};

export type ServersWraparoundOutput = {
  /** null: nothing has been collected yet */
  at: Timestamp | null;
  level: WraparoundLevel;
  /** null: nothing holds vacuum back by more than half of the oldest age, and autovacuum keeps up */
  cause: WraparoundCause | null;
  pace: {
    xidsPerDay: number | null;
    multixactsPerDay: number | null;
    /** Seconds between the two snapshots that it is computed from */
    overSeconds: number;
  };
  /** The 200 oldest */
  databases: Array<{
    database: string;
    level: WraparoundLevel;
    xids: WraparoundAge;
    multixacts: WraparoundAge;
  }>;
  /** The 20 oldest of each database, the oldest first, at most 200 */
  tables: Array<AgedTable>;
  /** The oldest first, at most 20 of a kind */
  holders: Array<HorizonHolder>;
  settings: VacuumSettings | null;
};

export type ServersWraparoundProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ChannelsConfirmInput = {
  /** From the mail */
  token: string;
};

export type ChannelsConfirmOutput = ConfirmedChannel;

export type ChannelsConfirmProblem = 'confirmation_invalid' | 'body_too_large' | 'unsupported_media_type' | EveryProblem;

export type ChannelsCreateInput = NewChannel;

export type ChannelsCreateOutput = CreatedChannel;

export type ChannelsCreateProblem = 'smtp_not_configured' | 'host_not_allowed' | 'email_unverified' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | 'storage_full' | EveryProblem;

export type ChannelsDeleteInput = {
  channelId: Id;
};

export type ChannelsDeleteOutput = unknown;

export type ChannelsDeleteProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type ChannelsGetInput = {
  channelId: Id;
};

export type ChannelsGetOutput = Channel;

export type ChannelsGetProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ChannelsListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** From the lowest up, from a to z, the earliest first; with a minus the other way round */
  sort?: "created" | "name" | "kind" | "state" | "-created" | "-name" | "-kind" | "-state";
  /** Part of the name or the address, in any case */
  search?: string;
  /** true: also how many there are in all */
  count?: boolean;
};

export type ChannelsListOutput = {
  items: Array<Channel>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** How many there are of what is asked for; null unless `count` asks for it */
  total: number | null;
};

export type ChannelsListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type ChannelsResendConfirmationInput = {
  channelId: Id;
};

export type ChannelsResendConfirmationOutput = Channel;

export type ChannelsResendConfirmationProblem = 'smtp_not_configured' | 'email_unverified' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | 'storage_full' | EveryProblem;

export type ChannelsRotateSecretInput = {
  channelId: Id;
  /** How long the old secret stays valid */
  overlapHours?: number;
};

export type ChannelsRotateSecretOutput = RotatedSecret;

export type ChannelsRotateSecretProblem = 'not_a_webhook' | 'secrets_overlap' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type ChannelsTestInput = {
  channelId: Id;
};

export type ChannelsTestOutput = Delivery;

export type ChannelsTestProblem = 'channel_disabled' | 'channel_unconfirmed' | 'smtp_not_configured' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | 'storage_full' | EveryProblem;

export type ChannelsUnsubscribeInput = {
  /** From the mail */
  token: string;
};

export type ChannelsUnsubscribeOutput = unknown;

export type ChannelsUnsubscribeProblem = 'confirmation_invalid' | 'body_too_large' | 'unsupported_media_type' | EveryProblem;

export type ChannelsUpdateInput = {
  channelId: Id;
  name?: Name;
  /** What this channel is notified of */
  events?: Array<NoticeType>;
  /** A disabled channel gets nothing */
  state?: "active" | "disabled";
};

export type ChannelsUpdateOutput = Channel;

export type ChannelsUpdateProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type DeliveriesGetInput = {
  deliveryId: Id;
};

export type DeliveriesGetOutput = Delivery;

export type DeliveriesGetProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type DeliveriesListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** From the lowest up, from a to z, the earliest first; with a minus the other way round */
  sort?: "created" | "event" | "state" | "attempts" | "-created" | "-event" | "-state" | "-attempts";
  /** Only of this channel */
  channelId?: Id;
  /** Only in this state */
  state?: DeliveryState;
};

export type DeliveriesListOutput = {
  items: Array<Delivery>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type DeliveriesListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | 'quota_exhausted' | EveryProblem;

export type DeliveriesRetryInput = {
  deliveryId: Id;
};

export type DeliveriesRetryOutput = Delivery;

export type DeliveriesRetryProblem = 'channel_disabled' | 'channel_unconfirmed' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | 'storage_full' | EveryProblem;

export type FeedListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** From the lowest up, from a to z, the earliest first; with a minus the other way round */
  sort?: "at" | "-at";
  /** Only what belongs there */
  area?: FeedArea;
  /** Only this */
  kind?: HappeningKind;
};

export type FeedListOutput = Happenings;

export type FeedListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type IncidentsDeleteInput = {
  /** From the list of incidents */
  incidentId: Id;
};

export type IncidentsDeleteOutput = unknown;

export type IncidentsDeleteProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type IncidentsListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type IncidentsListOutput = IncidentPage;

export type IncidentsListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type IncidentsOpenInput = {
  /** In a few words, for customers */
  title: string;
  /** What customers read: plain text, no names and no addresses of theirs */
  text: string;
  /** How far an incident has been dealt with */
  state?: "investigating" | "identified" | "monitoring" | "resolved";
  /** What is affected */
  components?: Array<"api" | "billing" | "usage" | "monitoring" | "trading" | "notifications">;
};

export type IncidentsOpenOutput = Incident;

export type IncidentsOpenProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type IncidentsUpdateInput = {
  /** From the list of incidents */
  incidentId: Id;
  /** How far an incident has been dealt with */
  state: "investigating" | "identified" | "monitoring" | "resolved";
  /** What customers read: plain text, no names and no addresses of theirs */
  text: string;
};

export type IncidentsUpdateOutput = Incident;

export type IncidentsUpdateProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type BackfillsApplyInput = {
  /** The backfill */
  backfillId: Id;
};

export type BackfillsApplyOutput = Backfill;

export type BackfillsApplyProblem = 'not_found' | 'backfill_over' | 'unknown_meter' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type BackfillsGetInput = {
  /** The backfill */
  backfillId: Id;
};

export type BackfillsGetOutput = Backfill;

export type BackfillsGetProblem = 'not_found' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'precondition_failed' | EveryProblem;

export type BackfillsListInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type BackfillsListOutput = {
  items: Array<Backfill>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type BackfillsListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type BackfillsPreviewInput = {
  meter: FeatureKey;
  /** Which of your systems reports it */
  source?: string;
  /** Included */
  from: Instant;
  /** Excluded; not in the future */
  to: Instant;
  mode: BackfillMode;
  /** All events of the source in the time, or those to add; none to replace them by nothing */
  events: Array<{
    /** Derived from the fact, such as a request’s id: sent again it counts once */
    id: string;
    /** Of meters of the largest or newest value that value, which may be 0 */
    quantity?: Quantity;
    /** Only for meters that count unique values, and required there: the value */
    value?: string;
    /** When it happened */
    time: Instant;
    /** As of other events */
    dimensions?: Record<string, unknown>;
  }>;
  /** For whoever asks later */
  reason: string;
};

export type BackfillsPreviewOutput = Backfill;

export type BackfillsPreviewProblem = 'unknown_meter' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | 'storage_full' | EveryProblem;

export type BackfillsRevertInput = {
  /** The backfill */
  backfillId: Id;
  /** For whoever asks later */
  reason: string;
};

export type BackfillsRevertOutput = Backfill;

export type BackfillsRevertProblem = 'not_found' | 'backfill_over' | 'unknown_meter' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type EntitlementsCheckInput = {
  feature: FeatureKey;
  /** Units that the work needs, above 0; parts of one only of meters with decimals */
  quantity?: Quantity;
  /** For counted features of your own product: how many exist. Without it the answer only has the limit */
  used?: number;
  /** The level that the work needs; by default any but none */
  level?: Level;
  /** Reserve the units of a metered feature */
  hold?: {
    /** Chosen by you, new for every piece of work; the same key again returns the same hold */
    key: string;
    /** The hold ends by itself after this time, at most a day */
    ttlSeconds?: number;
  };
};

export type EntitlementsCheckOutput = Check;

export type EntitlementsCheckProblem = 'hold_ended' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type HoldsCommitInput = {
  /** `holdId` of the check */
  holdId: Id;
  /** What was used; by default what is held */
  quantity?: number;
};

export type HoldsCommitOutput = EndedHold;

export type HoldsCommitProblem = 'hold_ended' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type HoldsReleaseInput = {
  /** `holdId` of the check */
  holdId: Id;
};

export type HoldsReleaseOutput = EndedHold;

export type HoldsReleaseProblem = 'hold_ended' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type MetersListInput = Record<string, never>;

export type MetersListOutput = {
  items: Array<Meter>;
};

export type MetersListProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type RejectedUsageListAllInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type RejectedUsageListAllOutput = {
  items: Array<RejectedUsageOfAny>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type RejectedUsageListAllProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type SettingsGetInput = Record<string, never>;

export type SettingsGetOutput = UsageSettings;

export type SettingsGetProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type SettingsSetInput = {
  timeZone: TimeZone;
};

export type SettingsSetOutput = UsageSettings;

export type SettingsSetProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'precondition_failed' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type UsageCorrectInput = {
  /** Which of your systems reports it */
  source?: string;
  /** Derived from the fact, such as a request’s id: sent again it counts once */
  id: string;
  action: CorrectionAction;
  /** For amend: the right quantity, above 0; of meters of the largest or newest value, or that are weighted by time, the right value, which may be 0 */
  quantity?: Quantity;
  /** For amend, of meters that count unique values: the right one */
  value?: string;
  /** For whoever asks later */
  reason: string;
};

export type UsageCorrectOutput = Correction;

export type UsageCorrectProblem = 'not_found' | 'usage_event_voided' | 'usage_event_too_old' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export type UsageCurrentInput = {
  /** Only this one */
  meter?: FeatureKey;
  /** Dimensions of the meter by which to add up; repeat it for several */
  groupBy?: Array<string>;
  /** Only what has this value, as `dimension:value`; repeat it for several dimensions */
  filter?: Array<string>;
};

export type UsageCurrentOutput = {
  periodStart: Timestamp;
  periodEnd: Timestamp;
  items: Array<{
    meter: FeatureKey;
    name: string;
    unit: string;
    description: string;
    /** What it does with the quantities of events */
    aggregate: "sum" | "count" | "unique" | "max" | "latest" | "time_weighted";
    /** Digits behind the point that a quantity may have */
    decimals: number;
    /** Dimensions of an event that are reported apart */
    groupBy: Array<string>;
    used: Figure;
    /** Lent in leases and not yet reported as used */
    reserved: number;
    limit: Limit;
    /** null: not part of the plan */
    enforcement: Enforcement | null;
    /** What the limit applies to; null: not part of the plan */
    per: QuotaWindow | null;
    /** false: the plan does not include this meter */
    included: boolean;
    /** Of the limit and of prepaid credits; null: unlimited */
    remaining: Figure | null;
    /** Prepaid units that are left, and units of earlier windows */
    credits: Figure;
    /** Of what is used, paid by them */
    drawn: Figure;
    /** What was left of earlier windows, which is used first; null: the plan carries nothing of it */
    rollover: RolledOver | null;
    /** Share of the limit and of the prepaid units that is used, rounded down */
    percent: number | null;
    /** Of the window that the limit applies to; of the month without a limit */
    periodStart: Timestamp;
    /** null: the limit applies to all use there has been */
    periodEnd: Timestamp | null;
    /** null: the limit applies to all use there has been */
    resetsAt: Timestamp | null;
    upgradeTo: string | null;
    /** The cheapest add-on on offer that gives more */
    addon: UpgradeAddon | null;
    /** With `groupBy`: the largest first, at most 100; without `filter` they add up to `used` */
    groups?: Array<UsageGroup>;
  }>;
};

export type UsageCurrentProblem = 'unknown_meter' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type UsageEstimateInput = Record<string, never>;

export type UsageEstimateOutput = {
  items: Array<UsageEstimate>;
};

export type UsageEstimateProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type UsageEventsInput = {
  meter: FeatureKey;
  /** Included; default 30 days before `to` */
  from?: Instant;
  /** Excluded; default now */
  to?: Instant;
  /** Only what has this value, as `dimension:value`; repeat it for several dimensions */
  filter?: Array<string>;
  /** Only what this API key used; needs the scope `keys:read` */
  key?: string;
  /** Only what counts as of this source, as the history names it */
  source?: string;
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
};

export type UsageEventsOutput = {
  items: Array<RecordedEvent>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
};

export type UsageEventsProblem = 'unknown_meter' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type UsageHistoryInput = {
  meter: FeatureKey;
  /** Included; default 30 days (hour: 2 days, month: a year) before `to` */
  from?: Instant;
  /** Excluded; default now */
  to?: Instant;
  /** Length of a step */
  granularity?: Granularity;
  /** Dimensions of the meter by which to add up; repeat it for several */
  groupBy?: Array<string>;
  /** Only what has this value, as `dimension:value`; repeat it for several dimensions */
  filter?: Array<string>;
  /** Divide by key or source, instead of `groupBy` and `filter` */
  by?: UsageOrigin;
};

export type UsageHistoryOutput = {
  meter: FeatureKey;
  granularity: Granularity;
  /** Whose days these are; UTC for hours and months */
  timeZone: string;
  items: Array<{
    start: Timestamp;
    quantity: Figure;
    /** null: not stored by month */
    events: number | null;
  }>;
  total: Figure;
  /** With `groupBy` or `by`: the largest first, at most 100; they add up to `items` */
  groups?: Array<HistoryGroup>;
};

export type UsageHistoryProblem = 'unknown_meter' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type UsageIngestInput = {
  /** At most 1,000 */
  events: Array<unknown | NewUsageEvent | CloudEvent>;
  /** For service keys: also count events of meters that the plan lacks, so that they are not lost until it has them. In the body, or as `?force=true` beside CloudEvents */
  force?: boolean;
};

export type UsageIngestOutput = {
  accepted: number;
  duplicates: number;
  rejected: Array<{
    index: number;
    code: RejectionCode;
    message: string;
  }>;
};

export type UsageIngestProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | 'storage_full' | EveryProblem;

export type UsageLimitsInput = Record<string, never>;

export type UsageLimitsOutput = {
  items: Array<FeatureLimit>;
};

export type UsageLimitsProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type UsageRejectedInput = {
  /** Items on a page */
  limit?: number;
  /** `nextCursor` of the page before, unchanged; absent for the first page */
  cursor?: string;
  /** From the lowest up, from a to z, the earliest first; with a minus the other way round. at: when it was refused last */
  sort?: "at" | "times" | "-at" | "-times";
  /** true: also how many there are in all */
  count?: boolean;
};

export type UsageRejectedOutput = {
  items: Array<RejectedUsage>;
  /** `cursor` of the next page; absent on the last page */
  nextCursor?: string;
  /** How many there are of what is asked for; null unless `count` asks for it */
  total: number | null;
};

export type UsageRejectedProblem = 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'precondition_failed' | EveryProblem;

export type UsageReturnLeaseInput = {
  leaseId: Id;
  /** Units spent in all; their usage events carry the lease id and may arrive later */
  spent: number;
};

export type UsageReturnLeaseOutput = ReturnedLease;

export type UsageReturnLeaseProblem = 'lease_closed' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | EveryProblem;

export type UsageTakeLeaseInput = LeaseRequest;

export type UsageTakeLeaseOutput = Lease;

export type UsageTakeLeaseProblem = 'unknown_meter' | 'unauthenticated' | 'plan_limit_reached' | 'feature_not_included' | 'organisation_read_only' | 'not_found' | 'conflict' | 'already_done' | 'body_too_large' | 'unsupported_media_type' | 'idempotency_key_reused' | 'quota_exhausted' | EveryProblem;

export class TidegateClient extends Transport {
  /** Whom own invoices are made out to */
  billingDetailsGet = (input: BillingDetailsGetInput = {}, options?: CallOptions): Promise<BillingDetailsGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/billing/details', repeat: 'safe' }, input, options);

  /** Say whom own invoices are made out to. For invoices that are issued from now on. What Stripe bills for is set in its portal. */
  billingDetailsSet = (input: BillingDetailsSetInput, options?: CallOptions): Promise<BillingDetailsSetOutput> =>
    this.send({ method: 'PUT', path: '/api/v1/billing/details', repeat: 'keyed' }, input, options);

  /** A page on which the organisation buys prepaid units. The same choice with the same key is the same page while it is open. The units can be used when it is paid: before `finish` of the session answers, or when the webhook has come. */
  checkoutBuyPackage = (input: CheckoutBuyPackageInput, options?: CallOptions): Promise<CheckoutBuyPackageOutput> =>
    this.send({ method: 'POST', path: '/api/v1/billing/packages/{package}/checkout', repeat: 'keyed' }, input, options);

  /** A page on which the organisation buys a plan. Send the person to `url`. The same choice again answers the same page while it is open. When they come back, call the `finish` of the session: the plan is in force before it answers, whether or not the webhook has come. */
  checkoutCreate = (input: CheckoutCreateInput, options?: CallOptions): Promise<CheckoutCreateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/billing/checkout', repeat: 'keyed' }, input, options);

  /** Store what was bought, when the person comes back from the page. Safe to repeat. Nobody has to call it: the webhook does the same a moment later. */
  checkoutFinish = (input: CheckoutFinishInput, options?: CallOptions): Promise<CheckoutFinishOutput> =>
    this.send({ method: 'POST', path: '/api/v1/billing/checkout/{sessionId}/finish', repeat: 'keyed' }, input, options);

  /** Enter a promotion code that gives something. What it gives is there at once, beside what the plans give, and for as long as is answered. An organisation has each coupon once. A code that takes something off a price is entered with the choice of a plan instead. */
  codesEnter = (input: CodesEnterInput, options?: CallOptions): Promise<CodesEnterOutput> =>
    this.send({ method: 'POST', path: '/api/v1/billing/codes', repeat: 'keyed' }, input, options);

  /** What the use of a month costs the operator against what it brings: by meter, plan and organisation. By the `cost` of metered features in the catalogue. Of one currency: what has no cost in it counts as none. With `format=csv`, or `Accept: text/csv`, the answer is one `table` as CSV (RFC 4180). */
  costsGet = (input: CostsGetInput = {}, options?: CallOptions): Promise<CostsGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/costs', repeat: 'safe' }, input, options);

  /** End a coupon that an organisation has: charges from now on are not discounted */
  couponsEnd = (input: CouponsEndInput, options?: CallOptions): Promise<CouponsEndOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/operator/organisations/{organisationId}/coupons/{coupon}', repeat: 'keyed' }, input, options);

  /** Give an organisation a coupon of the catalogue, without a code. For a subscription that is invoiced by hand, from its next charge on; `once` is for the next period. Each coupon is had once, and a product has one at a time. How many may use it and for which currency holds for operators as well. */
  couponsGive = (input: CouponsGiveInput, options?: CallOptions): Promise<CouponsGiveOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/organisations/{organisationId}/coupons', repeat: 'keyed' }, input, options);

  /** Take back what is left of units that were bought or given. What was used of them stays used. */
  creditsEnd = (input: CreditsEndInput, options?: CallOptions): Promise<CreditsEndOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/operator/organisations/{organisationId}/credits/{creditId}', repeat: 'keyed' }, input, options);

  /** What the organisation has to its credit: money, and prepaid units by feature. Prepaid units are used beyond what the plan includes, in the order of the list: by priority, then what expires first, then what was free. What was left of earlier windows (`source` rollover) is used first. Of what is used up or expired the newest thousand are listed. */
  creditsGet = (input: CreditsGetInput = {}, options?: CallOptions): Promise<CreditsGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/billing/credits', repeat: 'safe' }, input, options);

  /** Give an organisation units of a metered feature, or a package */
  creditsGive = (input: CreditsGiveInput, options?: CallOptions): Promise<CreditsGiveOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/organisations/{organisationId}/credits', repeat: 'keyed' }, input, options);

  /** Units that an organisation has bought or was given, newest first */
  creditsList = (input: CreditsListInput, options?: CallOptions): Promise<CreditsListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/organisations/{organisationId}/credits', repeat: 'safe' }, input, options);

  /** Payments of this organisation that were taken back at a bank, the newest first */
  disputesList = (input: DisputesListInput = {}, options?: CallOptions): Promise<DisputesListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/billing/disputes', repeat: 'safe' }, input, options);

  /** Disputed payments of all organisations, the newest first */
  disputesListAll = (input: DisputesListAllInput = {}, options?: CallOptions): Promise<DisputesListAllOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/disputes', repeat: 'safe' }, input, options);

  /** End what a lost dispute restricts: it was paid another way, or is forgiven */
  disputesSettle = (input: DisputesSettleInput, options?: CallOptions): Promise<DisputesSettleOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/organisations/{organisationId}/disputes/{disputeId}/settle', repeat: 'keyed' }, input, options);

  /** Products for which an organisation pays by two subscriptions at once, the oldest first. Made in the dashboard of the payment provider, or by two pages that were paid at once. `subscriptionId` is the one that gives nothing: cancel it there and refund it. */
  doublePaymentsList = (input: DoublePaymentsListInput = {}, options?: CallOptions): Promise<DoublePaymentsListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/double-payments', repeat: 'safe' }, input, options);

  /** What the organisation may do: limits, quotas and features of its plan. Your own product can decide from this document: keep it, and read it again when `version` in it is older than the one of a `billing.entitlements.changed.v1` notification. */
  entitlementsCurrent = (input: EntitlementsCurrentInput = {}, options?: CallOptions): Promise<EntitlementsCurrentOutput> =>
    this.send({ method: 'GET', path: '/api/v1/entitlements', repeat: 'safe' }, input, options);

  /** Give an organisation something beside its plans, for as long as is said. Of the grants that `set` a feature the one that began last counts; otherwise the most that a plan or a `max` gives. Then everything that is added. It begins and ends to the second, without a request. */
  grantsCreate = (input: GrantsCreateInput, options?: CallOptions): Promise<GrantsCreateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/organisations/{organisationId}/grants', repeat: 'keyed' }, input, options);

  /** Take back what was given */
  grantsDelete = (input: GrantsDeleteInput, options?: CallOptions): Promise<GrantsDeleteOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/operator/organisations/{organisationId}/grants/{grantId}', repeat: 'keyed' }, input, options);

  /** What was given to an organisation beside its plans, with what has ended; newest first */
  grantsList = (input: GrantsListInput, options?: CallOptions): Promise<GrantsListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/organisations/{organisationId}/grants', repeat: 'safe' }, input, options);

  /** Put a one-off charge or credit on the next invoice, or on one of its own at once */
  invoicesChargeOnce = (input: InvoicesChargeOnceInput, options?: CallOptions): Promise<InvoicesChargeOnceOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/organisations/{organisationId}/charges', repeat: 'keyed' }, input, options);

  /** Take back a part of an invoice by a credit note. What is not paid yet is owed no longer; what is paid already goes to the balance, or was refunded outside. */
  invoicesCredit = (input: InvoicesCreditInput, options?: CallOptions): Promise<InvoicesCreditOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/organisations/{organisationId}/invoices/{invoiceId}/credit-notes', repeat: 'keyed' }, input, options);

  /** Give an open invoice another due date. What was overdue because of it is not any more, within a second. Reminders start over. */
  invoicesExtend = (input: InvoicesExtendInput, options?: CallOptions): Promise<InvoicesExtendOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/organisations/{organisationId}/invoices/{invoiceId}/extend', repeat: 'keyed' }, input, options);

  /** An invoice with its lines */
  invoicesGet = (input: InvoicesGetInput, options?: CallOptions): Promise<InvoicesGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/billing/invoices/{invoiceId}', repeat: 'safe' }, input, options);

  /** Invoices, the newest first or in another order. From our own records: works while a payment provider is down. */
  invoicesList = (input: InvoicesListInput = {}, options?: CallOptions): Promise<InvoicesListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/billing/invoices', repeat: 'safe' }, input, options);

  /** Invoices of all organisations, the newest first, with their lines. With `format=csv`, or `Accept: text/csv`, the answer is one table (RFC 4180) of all that the filter matches, from `cursor` on. It is whole when it ends: when a part cannot be read, the connection is cut. It has a line for each invoice. */
  invoicesListAll = (input: InvoicesListAllInput = {}, options?: CallOptions): Promise<InvoicesListAllOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/invoices', repeat: 'safe' }, input, options);

  /** Mark an invoice as paid by hand */
  invoicesPay = (input: InvoicesPayInput, options?: CallOptions): Promise<InvoicesPayOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/organisations/{organisationId}/invoices/{invoiceId}/pay', repeat: 'keyed' }, input, options);

  /** An own invoice as a PDF. In its present state: paid, credited, withdrawn. Stripe keeps the PDFs of its own: `pdfUrl` of the invoice. */
  invoicesPdf = (input: InvoicesPdfInput, options?: CallOptions): Promise<InvoicesPdfOutput> =>
    this.send({ method: 'GET', path: '/api/v1/billing/invoices/{invoiceId}/pdf', repeat: 'safe', answers: 'application/pdf' }, input, options);

  /** An own invoice of an organisation as a PDF, also of one that is deleted */
  invoicesPdfOfAny = (input: InvoicesPdfOfAnyInput, options?: CallOptions): Promise<InvoicesPdfOfAnyOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/organisations/{organisationId}/invoices/{invoiceId}/pdf', repeat: 'safe', answers: 'application/pdf' }, input, options);

  /** Withdraw an open invoice: nothing of it is owed. What was paid from the balance returns to it. A paid invoice is not withdrawn but credited. */
  invoicesVoid = (input: InvoicesVoidInput, options?: CallOptions): Promise<InvoicesVoidOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/organisations/{organisationId}/invoices/{invoiceId}/void', repeat: 'keyed' }, input, options);

  /** Approve or refuse the order of a plan. An approved plan begins at once; whatever it costs is invoiced by hand. */
  ordersDecide = (input: OrdersDecideInput, options?: CallOptions): Promise<OrdersDecideOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/organisations/{organisationId}/orders/{product}', repeat: 'keyed' }, input, options);

  /** Orders of plans that wait for approval, oldest first */
  ordersList = (input: OrdersListInput = {}, options?: CallOptions): Promise<OrdersListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/orders', repeat: 'safe' }, input, options);

  /** The whole story of an organisation: what it has, what it was given, and every change */
  organisationsBilling = (input: OrganisationsBillingInput, options?: CallOptions): Promise<OrganisationsBillingOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/organisations/{organisationId}/billing', repeat: 'safe' }, input, options);

  /** All organisations of this installation, with their plans and what they bring in a month. Product, plan and status are of the same subscription. Sorted by `mrr`, only those are listed that pay something in the currency, the highest first. With `format=csv`, or `Accept: text/csv`, the answer is one table (RFC 4180) of all that the filter matches, from `cursor` on. It is whole when it ends: when a part cannot be read, the connection is cut. */
  organisationsSearch = (input: OrganisationsSearchInput = {}, options?: CallOptions): Promise<OrganisationsSearchOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/organisations', repeat: 'safe' }, input, options);

  /** Everything that happened to one organisation: what, when, by whom and why; the newest first. What it has now is at `GET /api/v1/operator/organisations/{organisationId}/billing`. */
  organisationsStory = (input: OrganisationsStoryInput, options?: CallOptions): Promise<OrganisationsStoryOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/organisations/{organisationId}/story', repeat: 'safe' }, input, options);

  /** Order prepaid units, on an invoice. For organisations that are invoiced by hand, and wherever no payment provider is configured: an invoice is issued at once, and the units can be used when it is paid (or at once, as `PACKAGES_BEFORE_PAYMENT` says). Everybody else is told where they are bought. The same key again is the same order. */
  packagesOrder = (input: PackagesOrderInput, options?: CallOptions): Promise<PackagesOrderOutput> =>
    this.send({ method: 'POST', path: '/api/v1/billing/packages/{package}', repeat: 'keyed' }, input, options);

  /** Payments, refunds, credit notes and disputes of the payment provider, newest first */
  paymentsList = (input: PaymentsListInput = {}, options?: CallOptions): Promise<PaymentsListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/billing/history', repeat: 'safe' }, input, options);

  /** Payments, refunds, credit notes and disputes of an organisation, newest first */
  paymentsListOf = (input: PaymentsListOfInput, options?: CallOptions): Promise<PaymentsListOfOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/organisations/{organisationId}/payments', repeat: 'safe' }, input, options);

  /** How the organisation pays, and whether that works. Of our own copy: it is answered while the payment provider is away. Change it on the page of the portal. */
  paymentsMethod = (input: PaymentsMethodInput = {}, options?: CallOptions): Promise<PaymentsMethodOutput> =>
    this.send({ method: 'GET', path: '/api/v1/billing/payment-method', repeat: 'safe' }, input, options);

  /** Apply a catalogue; the same content again changes nothing. Changed plans get a new version. Running subscriptions keep theirs until they are moved. A catalogue must have every built-in feature, and a feature keeps the kind it has in the catalogue in force. */
  plansApply = (input: PlansApplyInput, options?: CallOptions): Promise<PlansApplyOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/plans/apply', repeat: 'keyed' }, input, options);

  /** What applying a catalogue would change */
  plansDiff = (input: PlansDiffInput, options?: CallOptions): Promise<PlansDiffOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/plans/diff', repeat: 'safe' }, input, options);

  /** The text of the catalogue in force, or of an earlier one, exactly as it was applied */
  plansExport = (input: PlansExportInput = {}, options?: CallOptions): Promise<PlansExportOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/plans/catalogue', repeat: 'safe' }, input, options);

  /** What is on offer: plans by product, cheapest first, with add-ons and packages */
  plansList = (input: PlansListInput = {}, options?: CallOptions): Promise<PlansListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/billing/plans', repeat: 'safe' }, input, options);

  /** Move the running subscriptions of a plan to its newest version, or to another plan. Works for a plan that has left the catalogue, too. `now`: limits follow within seconds; a subscription that is paid by the year and gets another plan starts a new year. `period_end`: each subscription moves when the month or year that is paid for ends, and shows the move as `scheduledMove` until then; setting a plan earlier cancels it. Counters, anchors and intervals stay the same. */
  plansMove = (input: PlansMoveInput, options?: CallOptions): Promise<PlansMoveOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/plans/move', repeat: 'keyed' }, input, options);

  /** Check a catalogue without looking at the one in force */
  plansValidate = (input: PlansValidateInput, options?: CallOptions): Promise<PlansValidateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/plans/validate', repeat: 'safe' }, input, options);

  /** A page on which the organisation manages cards, addresses and invoices */
  portalCreate = (input: PortalCreateInput = {}, options?: CallOptions): Promise<PortalCreateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/billing/portal', repeat: 'keyed' }, input, options);

  /** What the business brings, by month: recurring revenue and its movements, trials, plans and cohorts. Of one currency: amounts of different currencies are never added. With `format=csv`, or `Accept: text/csv`, the answer is one `table` as CSV (RFC 4180). */
  revenueGet = (input: RevenueGetInput = {}, options?: CallOptions): Promise<RevenueGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/revenue', repeat: 'safe' }, input, options);

  /** Let the number of paid members follow the members, up to a cap, or not any more. Off until it is switched on. Who joins does so at once, up to the cap, and is paid for from then on as a change of the quantity is. Who leaves is paid for until the end of the period: somebody else takes the place without a price. A payment that fails switches it off, and the owners are told. */
  seatsFollow = (input: SeatsFollowInput, options?: CallOptions): Promise<SeatsFollowOutput> =>
    this.send({ method: 'PUT', path: '/api/v1/billing/seats/{product}', repeat: 'keyed' }, input, options);

  /** Members that can be bought beyond those that plans include, and whether they are bought by themselves */
  seatsGet = (input: SeatsGetInput = {}, options?: CallOptions): Promise<SeatsGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/billing/seats', repeat: 'safe' }, input, options);

  /** What more members would cost, before they are invited; nothing is changed. Charged to the cent when they join at this second. Nobody is charged for an invitation that nobody accepts. */
  seatsPreview = (input: SeatsPreviewInput, options?: CallOptions): Promise<SeatsPreviewOutput> =>
    this.send({ method: 'POST', path: '/api/v1/billing/seats/preview', repeat: 'keyed' }, input, options);

  /** Differences from Stripe that the daily comparison found and healed, newest first; stored for 90 days */
  stripeListDrifts = (input: StripeListDriftsInput = {}, options?: CallOptions): Promise<StripeListDriftsOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/stripe/drifts', repeat: 'safe' }, input, options);

  /** Events that Stripe has sent, newest first; handled ones are stored for 35 days */
  stripeListEvents = (input: StripeListEventsInput = {}, options?: CallOptions): Promise<StripeListEventsOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/stripe/events', repeat: 'safe' }, input, options);

  /** Create the products, meters, prices and coupons of the catalogue in force at Stripe. What is there already stays: prices are found by their lookup keys, products by their ids. Nothing is deleted, and repeating it changes nothing. */
  stripePublishPrices = (input: StripePublishPricesInput = {}, options?: CallOptions): Promise<StripePublishPricesOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/stripe/publish', repeat: 'keyed' }, input, options);

  /** Handle an event again: its customer is fetched as it is now. Safe at any time: what an event announces is read from Stripe, and every effect happens once. */
  stripeReplayEvent = (input: StripeReplayEventInput, options?: CallOptions): Promise<StripeReplayEventOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/stripe/events/{eventId}/replay', repeat: 'keyed' }, input, options);

  /** Begin to invoice what an organisation has from before there were invoices. Its subscriptions with `billingHeld`: the rest of the running period is charged at once, then each period as it begins. Repeated it changes nothing. To give it for nothing further on, leave it as it is. */
  subscriptionsBeginBilling = (input: SubscriptionsBeginBillingInput, options?: CallOptions): Promise<SubscriptionsBeginBillingOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/organisations/{organisationId}/billing/begin', repeat: 'keyed' }, input, options);

  /** End a subscription, or withdraw an order. The default plan of the product follows, if it has one. Until the end it can be resumed. */
  subscriptionsCancel = (input: SubscriptionsCancelInput, options?: CallOptions): Promise<SubscriptionsCancelOutput> =>
    this.send({ method: 'POST', path: '/api/v1/billing/subscription/{product}/cancel', repeat: 'keyed' }, input, options);

  /** Choose a plan. For what costs nothing, for a trial, and for subscriptions that are invoiced by hand. Anything else answers `payment_needed` with where to buy it. A plan that gives less of something begins when what is paid for ends (`at`), unless nothing is paid; the answer then names in `next` what will be over its limits. A plan that needs approval is ordered. Counters of the current period continue, and nothing is ever deleted. */
  subscriptionsChange = (input: SubscriptionsChangeInput, options?: CallOptions): Promise<SubscriptionsChangeOutput> =>
    this.send({ method: 'PUT', path: '/api/v1/billing/subscription/{product}', repeat: 'keyed' }, input, options);

  /** What the organisation has of every product. An order that waits for approval is shown with the product it is for, also before there is a subscription. */
  subscriptionsGet = (input: SubscriptionsGetInput = {}, options?: CallOptions): Promise<SubscriptionsGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/billing/subscription', repeat: 'safe' }, input, options);

  /** Pause a subscription: everything can be read, nothing can be created. Ends by itself after the days that the plan names (`pause` of `GET /api/v1/billing/plans`), and can be had so often in any 365 days as it says. Nothing is charged meanwhile, and what runs on its own stands still. */
  subscriptionsPause = (input: SubscriptionsPauseInput, options?: CallOptions): Promise<SubscriptionsPauseOutput> =>
    this.send({ method: 'POST', path: '/api/v1/billing/subscription/{product}/pause', repeat: 'keyed' }, input, options);

  /** What another choice would cost, give and take; nothing is changed. The same choice made at the same second is charged to the cent what is said here. What a payment provider bills for is computed by it, with taxes and discounts; while it cannot be reached there is no answer. What cannot be chosen is refused as the choice is; what has to be bought first is not. */
  subscriptionsPreview = (input: SubscriptionsPreviewInput, options?: CallOptions): Promise<SubscriptionsPreviewOutput> =>
    this.send({ method: 'POST', path: '/api/v1/billing/preview', repeat: 'keyed' }, input, options);

  /** Take back a cancellation, a pause, or a change that was ordered for later. Where Stripe bills, the period that begins with the end of a pause is charged: a card that is declined leaves it paused (`payment_refused`), and where the bank asks for its holder it goes on when they have confirmed the payment on the page that `payment_needs_holder` names. */
  subscriptionsResume = (input: SubscriptionsResumeInput, options?: CallOptions): Promise<SubscriptionsResumeOutput> =>
    this.send({ method: 'POST', path: '/api/v1/billing/subscription/{product}/resume', repeat: 'keyed' }, input, options);

  /** Put an organisation on a plan (operators only). Moves the organisation to the newest version of the plan, now or when what is paid for ends. Whatever the plan costs is invoiced by hand. Counters of the current period continue; only the limits change. Nothing that exceeds the new limits is deleted. A change or cancellation that was ordered for later is cancelled. For a subscription that Stripe bills, Stripe is asked. */
  subscriptionsSet = (input: SubscriptionsSetInput, options?: CallOptions): Promise<SubscriptionsSetOutput> =>
    this.send({ method: 'PUT', path: '/api/v1/operator/organisations/{organisationId}/subscription', repeat: 'keyed' }, input, options);

  /** Which packages are bought by themselves, at which amount left, and up to which sum */
  topUpsGet = (input: TopUpsGetInput = {}, options?: CallOptions): Promise<TopUpsGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/billing/top-ups', repeat: 'safe' }, input, options);

  /** Buy packages by themselves when units run low, up to a sum in a month, or not any more. Off until it is switched on. The card that pays for the subscription is charged, as many packages at a time as bring what is left above the threshold. A payment that fails switches it off, and the owners are told. */
  topUpsSet = (input: TopUpsSetInput, options?: CallOptions): Promise<TopUpsSetOutput> =>
    this.send({ method: 'PUT', path: '/api/v1/billing/top-ups/{feature}', repeat: 'keyed' }, input, options);

  /** Cancel a backtest; one that has ended stays as it is */
  backtestsCancel = (input: BacktestsCancelInput, options?: CallOptions): Promise<BacktestsCancelOutput> =>
    this.send({ method: 'POST', path: '/api/v1/backtests/{backtestId}/cancel', repeat: 'keyed' }, input, options);

  /** Two backtests side by side: the settings in which they differ, and the exact differences of their figures */
  backtestsCompare = (input: BacktestsCompareInput, options?: CallOptions): Promise<BacktestsCompareOutput> =>
    this.send({ method: 'GET', path: '/api/v1/backtests/{backtestId}/comparison', repeat: 'safe' }, input, options);

  /** Run settings over stored candles with the code that trades on paper. At most 600,000 candles, more than a year of minutes. The answer is the result when it is ready within some seconds; otherwise the status is `queued` or `running`: read it again until it is `done`. Trades (the first 10,000) and fills (the first 20,000) are read in pages. The run is counted when it is created. The newest 200 backtests of an organisation are stored. */
  backtestsCreate = (input: BacktestsCreateInput, options?: CallOptions): Promise<BacktestsCreateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/backtests', repeat: 'keyed' }, input, options);

  /** Delete a backtest with its trades and fills; a running one is cancelled */
  backtestsDelete = (input: BacktestsDeleteInput, options?: CallOptions): Promise<BacktestsDeleteOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/backtests/{backtestId}', repeat: 'keyed' }, input, options);

  /** The equity curve of a backtest: at most 500 closes, evenly spread */
  backtestsEquity = (input: BacktestsEquityInput, options?: CallOptions): Promise<BacktestsEquityOutput> =>
    this.send({ method: 'GET', path: '/api/v1/backtests/{backtestId}/equity', repeat: 'safe' }, input, options);

  /** Fills of a backtest, or of one of its trades, oldest first */
  backtestsFills = (input: BacktestsFillsInput, options?: CallOptions): Promise<BacktestsFillsOutput> =>
    this.send({ method: 'GET', path: '/api/v1/backtests/{backtestId}/fills', repeat: 'safe' }, input, options);

  /** A backtest: its progress, and its result once it is done */
  backtestsGet = (input: BacktestsGetInput, options?: CallOptions): Promise<BacktestsGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/backtests/{backtestId}', repeat: 'safe' }, input, options);

  /** Backtests, newest first or by their figures */
  backtestsList = (input: BacktestsListInput = {}, options?: CallOptions): Promise<BacktestsListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/backtests', repeat: 'safe' }, input, options);

  /** Give a backtest a name */
  backtestsRename = (input: BacktestsRenameInput, options?: CallOptions): Promise<BacktestsRenameOutput> =>
    this.send({ method: 'PATCH', path: '/api/v1/backtests/{backtestId}', repeat: 'keyed' }, input, options);

  /** Trades of a backtest, oldest first */
  backtestsTrades = (input: BacktestsTradesInput, options?: CallOptions): Promise<BacktestsTradesOutput> =>
    this.send({ method: 'GET', path: '/api/v1/backtests/{backtestId}/trades', repeat: 'safe' }, input, options);

  /** Orders and fills of a bot in a range of time, over all of its trades. The newest of the range, oldest first. Where there were more than `limit` of either, `complete` is false. */
  botsActivity = (input: BotsActivityInput, options?: CallOptions): Promise<BotsActivityOutput> =>
    this.send({ method: 'GET', path: '/api/v1/bots/{botId}/activity', repeat: 'safe' }, input, options);

  /** Create a DCA bot on the paper exchange; it is stopped until started */
  botsCreate = (input: BotsCreateInput, options?: CallOptions): Promise<BotsCreateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/bots', repeat: 'keyed' }, input, options);

  /** Delete a stopped or halted bot with its history */
  botsDelete = (input: BotsDeleteInput, options?: CallOptions): Promise<BotsDeleteOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/bots/{botId}', repeat: 'keyed' }, input, options);

  /** Create a bot with the settings and candles of another; it is stopped until started. Its history is empty, and it has the market’s newest rules. */
  botsDuplicate = (input: BotsDuplicateInput, options?: CallOptions): Promise<BotsDuplicateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/bots/{botId}/duplicate', repeat: 'keyed' }, input, options);

  /** Equity of a bot and its drawdown: at most 500 closes, evenly spread over the range. From the stored ledger and fills; before the oldest of them there are no points. */
  botsEquity = (input: BotsEquityInput, options?: CallOptions): Promise<BotsEquityOutput> =>
    this.send({ method: 'GET', path: '/api/v1/bots/{botId}/equity', repeat: 'safe' }, input, options);

  /** A bot */
  botsGet = (input: BotsGetInput, options?: CallOptions): Promise<BotsGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/bots/{botId}', repeat: 'safe' }, input, options);

  /** The levels of a bot’s open trade: filled, waiting and still to come; without one, those of the next trade. Without an open trade the ladder is drawn from the last price: the next trade begins at another one. A martingale-ema bot decides each level anew, so only orders that wait are listed. */
  botsLevels = (input: BotsLevelsInput, options?: CallOptions): Promise<BotsLevelsOutput> =>
    this.send({ method: 'GET', path: '/api/v1/bots/{botId}/levels', repeat: 'safe' }, input, options);

  /** Bots of the organisation, with closed and open profit */
  botsList = (input: BotsListInput = {}, options?: CallOptions): Promise<BotsListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/bots', repeat: 'safe' }, input, options);

  /** The exact ladder of some settings at a price, before a bot is created */
  botsPreviewLadder = (input: BotsPreviewLadderInput, options?: CallOptions): Promise<BotsPreviewLadderOutput> =>
    this.send({ method: 'POST', path: '/api/v1/bots/ladder-preview', repeat: 'safe' }, input, options);

  /** Start a bot; starting a running one changes nothing. A bot that ran before resumes from now: candles that arrived while it was stopped are not traded. With `catchUp` it trades them as if it had been running, from the candle after the last one that it decided on. The answer says which (`resumed`). A bot with an open trade always continues where it was. */
  botsStart = (input: BotsStartInput, options?: CallOptions): Promise<BotsStartOutput> =>
    this.send({ method: 'POST', path: '/api/v1/bots/{botId}/start', repeat: 'keyed' }, input, options);

  /** Stop a bot: no new trade is opened; an open one is finished, or closed now */
  botsStop = (input: BotsStopInput, options?: CallOptions): Promise<BotsStopOutput> =>
    this.send({ method: 'POST', path: '/api/v1/bots/{botId}/stop', repeat: 'keyed' }, input, options);

  /** Summary of a bot: trades and profit to the cent, fees, and the open trade at the last price */
  botsSummarize = (input: BotsSummarizeInput, options?: CallOptions): Promise<BotsSummarizeOutput> =>
    this.send({ method: 'GET', path: '/api/v1/bots/{botId}/summary', repeat: 'safe' }, input, options);

  /** What all bots of the organisation have earned, by currency and mode. Amounts of different currencies are never added. Filters of the list change nothing here. */
  botsTotals = (input: BotsTotalsInput = {}, options?: CallOptions): Promise<BotsTotalsOutput> =>
    this.send({ method: 'GET', path: '/api/v1/bot-totals', repeat: 'safe' }, input, options);

  /** Rename a bot, or give a stopped one other settings for its next trades */
  botsUpdate = (input: BotsUpdateInput, options?: CallOptions): Promise<BotsUpdateOutput> =>
    this.send({ method: 'PATCH', path: '/api/v1/bots/{botId}', repeat: 'keyed' }, input, options);

  /** Start the import of a large candle file; the file is sent next. Send the file, CSV or gzip of it, as the body of PUT /candles/uploads/{uploadId}/file: up to 256 MiB, 512 MiB of text and 2,000,000 candles. It is read in the background: follow `rowsRead` until the status is `done`; `report` says how it was understood. All of its candles are imported, or none. Three files of an organisation may be in progress; one that has not arrived within an hour fails. */
  candlesBeginUpload = (input: CandlesBeginUploadInput, options?: CallOptions): Promise<CandlesBeginUploadOutput> =>
    this.send({ method: 'POST', path: '/api/v1/candles/uploads', repeat: 'keyed' }, input, options);

  /** Cancel the import of a candle file; one that has ended stays as it is */
  candlesCancelUpload = (input: CandlesCancelUploadInput, options?: CallOptions): Promise<CandlesCancelUploadOutput> =>
    this.send({ method: 'POST', path: '/api/v1/candles/uploads/{uploadId}/cancel', repeat: 'keyed' }, input, options);

  /** Delete the imported candles of a market and interval. Bots over them keep their history and wait for new candles; results of backtests stay. */
  candlesDelete = (input: CandlesDeleteInput, options?: CallOptions): Promise<CandlesDeleteOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/candles/imports', repeat: 'keyed' }, input, options);

  /** A candle file: its progress, and how it was understood */
  candlesGetUpload = (input: CandlesGetUploadInput, options?: CallOptions): Promise<CandlesGetUploadOutput> =>
    this.send({ method: 'GET', path: '/api/v1/candles/uploads/{uploadId}', repeat: 'safe' }, input, options);

  /** Import up to 20,000 candles from the text of a CSV file. A header is read by its names, in any order; without one the columns are time, open, high, low, close. Times are ISO instants (with an offset, or in `zone`) or epochs of seconds, milliseconds, microseconds or nanoseconds, and say when the candle begins. Prices are exact: those between two ticks are refused unless they are to be rounded. The same time again replaces the stored candle. Bots that wait for candles of this series trade on them at once. An import is all or nothing. For more candles or a compressed file: POST /candles/uploads. An organisation keeps up to 5,000,000. */
  candlesImport = (input: CandlesImportInput, options?: CallOptions): Promise<CandlesImportOutput> =>
    this.send({ method: 'POST', path: '/api/v1/candles/imports', repeat: 'keyed' }, input, options);

  /** An indicator over the candles of a market, oldest first. Worked out over all stored candles, so that a value does not depend on where one begins to look. Candles before the indicator has seen enough have no value and are left out. */
  candlesIndicator = (input: CandlesIndicatorInput, options?: CallOptions): Promise<CandlesIndicatorOutput> =>
    this.send({ method: 'GET', path: '/api/v1/candles/indicators/{indicator}', repeat: 'safe' }, input, options);

  /** Candles of a market, oldest first. The bundled candles (interval 5m) are synthetic: from a seeded random walk, not from an exchange. For the next page send `from` = the last candle’s `at` plus one interval. The newest ones: `before` = now. */
  candlesList = (input: CandlesListInput, options?: CallOptions): Promise<CandlesListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/candles', repeat: 'safe' }, input, options);

  /** Which candles there are: of each market, source and interval how many, and from when to when. Whatever is listed can be the `feed` of a bot, a backtest or a sweep, and of the preview of a ladder. */
  candlesListSeries = (input: CandlesListSeriesInput = {}, options?: CallOptions): Promise<CandlesListSeriesOutput> =>
    this.send({ method: 'GET', path: '/api/v1/candles/series', repeat: 'safe' }, input, options);

  /** Candle files of the organisation, newest first; the newest 100 are stored */
  candlesListUploads = (input: CandlesListUploadsInput = {}, options?: CallOptions): Promise<CandlesListUploadsOutput> =>
    this.send({ method: 'GET', path: '/api/v1/candles/uploads', repeat: 'safe' }, input, options);

  /** How a candle file would be understood; nothing is stored. The same reading as of an import. Of a larger file send the beginning, up to the end of a line: `report` covers what was sent. */
  candlesPreviewImport = (input: CandlesPreviewImportInput, options?: CallOptions): Promise<CandlesPreviewImportOutput> =>
    this.send({ method: 'POST', path: '/api/v1/candles/import-preview', repeat: 'safe' }, input, options);

  /** Every change of the bot’s paper wallet, oldest first */
  ledgerList = (input: LedgerListInput, options?: CallOptions): Promise<LedgerListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/bots/{botId}/ledger', repeat: 'safe' }, input, options);

  /** Create a market of your own, for candles that you import. Its name must be free. An organisation has up to 50. The tick cannot be changed: candles are stored in it. For prices with more digits, or with fewer, create another market. */
  marketsCreate = (input: MarketsCreateInput, options?: CallOptions): Promise<MarketsCreateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/markets', repeat: 'keyed' }, input, options);

  /** Delete a market of your own that has no candles and no bots */
  marketsDelete = (input: MarketsDeleteInput, options?: CallOptions): Promise<MarketsDeleteOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/markets/{market}', repeat: 'keyed' }, input, options);

  /** A market in its newest version, or in an earlier one */
  marketsGet = (input: MarketsGetInput, options?: CallOptions): Promise<MarketsGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/markets/{market}', repeat: 'safe' }, input, options);

  /** Markets of the paper exchange and your own, with their tick sizes, minimums and fees, in their newest version */
  marketsList = (input: MarketsListInput = {}, options?: CallOptions): Promise<MarketsListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/markets', repeat: 'safe' }, input, options);

  /** Change the rules of a market of your own: its next version. Backtests and sweeps from now on use it. Bots keep the version that they have until they are given settings (PATCH /bots/{botId}), and what was run names the one it used. */
  marketsUpdate = (input: MarketsUpdateInput, options?: CallOptions): Promise<MarketsUpdateOutput> =>
    this.send({ method: 'PATCH', path: '/api/v1/markets/{market}', repeat: 'keyed' }, input, options);

  /** Cancel a sweep; one that has ended stays as it is */
  sweepsCancel = (input: SweepsCancelInput, options?: CallOptions): Promise<SweepsCancelOutput> =>
    this.send({ method: 'POST', path: '/api/v1/sweeps/{sweepId}/cancel', repeat: 'keyed' }, input, options);

  /** Backtest many settings over the same candles, or walk forward through them. Every combination of the given values is tried, at most 1000; those that cannot work are left out. With walkForward the best values of each training range are tested on the range after it. The sweep runs in the background: follow `done` of `runs`. All of its runs are counted when it is created. An organisation keeps its newest 100 sweeps. */
  sweepsCreate = (input: SweepsCreateInput, options?: CallOptions): Promise<SweepsCreateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/sweeps', repeat: 'keyed' }, input, options);

  /** Delete a sweep with its results; a running one is cancelled */
  sweepsDelete = (input: SweepsDeleteInput, options?: CallOptions): Promise<SweepsDeleteOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/sweeps/{sweepId}', repeat: 'keyed' }, input, options);

  /** A sweep: its progress, and its best results once it is done */
  sweepsGet = (input: SweepsGetInput, options?: CallOptions): Promise<SweepsGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/sweeps/{sweepId}', repeat: 'safe' }, input, options);

  /** Sweeps, newest first */
  sweepsList = (input: SweepsListInput = {}, options?: CallOptions): Promise<SweepsListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/sweeps', repeat: 'safe' }, input, options);

  /** All results of a sweep, page by page. Of sweeps that ended before results were all stored there are the best 50. A walk-forward has none: its windows are in the sweep. Empty until it is done. */
  sweepsResults = (input: SweepsResultsInput, options?: CallOptions): Promise<SweepsResultsOutput> =>
    this.send({ method: 'GET', path: '/api/v1/sweeps/{sweepId}/results', repeat: 'safe' }, input, options);

  /** A trade with its orders and fills */
  tradesGet = (input: TradesGetInput, options?: CallOptions): Promise<TradesGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/trades/{tradeId}', repeat: 'safe' }, input, options);

  /** Trades of a bot, newest first or by what came of them */
  tradesList = (input: TradesListInput, options?: CallOptions): Promise<TradesListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/bots/{botId}/trades', repeat: 'safe' }, input, options);

  /** What a page needs to know before anybody has logged in */
  installationGet = (input: InstallationGetInput = {}, options?: CallOptions): Promise<InstallationGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/installation', repeat: 'safe' }, input, options);

  /** Discard a dead letter; the log keeps it with the reason and who gave it */
  serviceDeadLettersDiscard = (input: ServiceDeadLettersDiscardInput, options?: CallOptions): Promise<ServiceDeadLettersDiscardOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/services/{service}/dead-letters/{deadLetterId}/discard', repeat: 'keyed' }, input, options);

  /** Events that a service could not handle */
  serviceDeadLettersList = (input: ServiceDeadLettersListInput, options?: CallOptions): Promise<ServiceDeadLettersListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/services/{service}/dead-letters', repeat: 'safe' }, input, options);

  /** Replay a dead letter; it stays if it fails again */
  serviceDeadLettersReplay = (input: ServiceDeadLettersReplayInput, options?: CallOptions): Promise<ServiceDeadLettersReplayOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/services/{service}/dead-letters/{deadLetterId}/replay', repeat: 'keyed' }, input, options);

  /** The services of this installation and how far behind they are. Of a service with several replicas one answers. Without an answer within three seconds it is silent. */
  servicesList = (input: ServicesListInput = {}, options?: CallOptions): Promise<ServicesListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/services', repeat: 'safe' }, input, options);

  /** Delete your account for good. Your sessions, API keys and invitations end at once, and nothing that names you stays here. Organisations in which nobody else is are deleted with it when `deleteOrganisations` says so. */
  accountsDelete = (input: AccountsDeleteInput, options?: CallOptions): Promise<AccountsDeleteOutput> =>
    this.send({ method: 'POST', path: '/api/v1/me/deletion', repeat: 'keyed' }, input, options);

  /** What was done to your account, by you or an operator, newest first or in another order. The last 200, for a year. */
  accountsEvents = (input: AccountsEventsInput = {}, options?: CallOptions): Promise<AccountsEventsOutput> =>
    this.send({ method: 'GET', path: '/api/v1/me/events', repeat: 'safe' }, input, options);

  /** Who am I, where may I go, and what stands around a page there: all that a program needs to begin. Answered from what identity itself has stored, so it says who somebody is also while billing or usage are away. What could not be had is null, and has an operation of its own. */
  accountsMe = (input: AccountsMeInput = {}, options?: CallOptions): Promise<AccountsMeOutput> =>
    this.send({ method: 'GET', path: '/api/v1/me', repeat: 'safe' }, input, options);

  /** What would happen to your organisations if you deleted your account */
  accountsPreviewDeletion = (input: AccountsPreviewDeletionInput = {}, options?: CallOptions): Promise<AccountsPreviewDeletionOutput> =>
    this.send({ method: 'GET', path: '/api/v1/me/deletion', repeat: 'safe' }, input, options);

  /** Create an account with an organisation of its own, and log in. Where the installation sends e-mail, the token of POST /api/v1/accounts/request or of an invitation’s mail is needed, and says which address it is; without it every address gets the same refusal. Elsewhere `email` is enough. */
  accountsRegister = (input: AccountsRegisterInput, options?: CallOptions): Promise<AccountsRegisterOutput> =>
    this.send({ method: 'POST', path: '/api/v1/accounts', repeat: 'never' }, input, options);

  /** Request a mail with a token that creates an account. Where the installation sends e-mail, an account begins with a mail to its address. The answer is the same whether the address has an account or not; one that has gets a mail that says so. */
  accountsRequest = (input: AccountsRequestInput, options?: CallOptions): Promise<AccountsRequestOutput> =>
    this.send({ method: 'POST', path: '/api/v1/accounts/request', repeat: 'never' }, input, options);

  /** Change your name, language, time zone or theme. What is left out stays; null takes a choice back. */
  accountsUpdateMe = (input: AccountsUpdateMeInput = {}, options?: CallOptions): Promise<AccountsUpdateMeOutput> =>
    this.send({ method: 'PATCH', path: '/api/v1/me', repeat: 'keyed' }, input, options);

  /** Who changed what in the organisation, or tried to, newest first or oldest first. Everything is recorded whatever the plan; reading takes the plan’s `audit_log`, which then shows what happened before as well. Entries appear a moment after the change, are kept for `AUDIT_KEEP_DAYS` and at most 200,000 of an organisation, and never contain secrets. */
  auditList = (input: AuditListInput = {}, options?: CallOptions): Promise<AuditListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/organisation/audit', repeat: 'safe' }, input, options);

  /** Delete the demo organisation with everything in it */
  demoRemove = (input: DemoRemoveInput = {}, options?: CallOptions): Promise<DemoRemoveOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/operator/demo', repeat: 'keyed' }, input, options);

  /** Begin to prove that a domain is the organisation’s. Only owners do this: whoever controls a domain can read what people type at pages under it. It takes the plan’s `white_label`. Adding the same name again answers the domain that there is. */
  domainsAdd = (input: DomainsAddInput, options?: CallOptions): Promise<DomainsAddOutput> =>
    this.send({ method: 'POST', path: '/api/v1/organisation/domains', repeat: 'keyed' }, input, options);

  /** Whether a certificate may be fetched for a domain. For the reverse proxy: Caddy’s `on_demand_tls { ask … }`. 200 for a domain that an organisation has proved and whose plan includes it, 404 for any other. */
  domainsAsk = (input: DomainsAskInput, options?: CallOptions): Promise<DomainsAskOutput> =>
    this.send({ method: 'GET', path: '/api/v1/domains/ask', repeat: 'safe' }, input, options);

  /** Domains of the organisation, oldest first */
  domainsList = (input: DomainsListInput = {}, options?: CallOptions): Promise<DomainsListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/organisation/domains', repeat: 'safe' }, input, options);

  /** Look for the record that proves a domain. From then on the console is served under it with the organisation’s theme, and mails may come from it. The record is looked for again each day. A domain that somebody else has proved goes to whom its records name now. */
  domainsProve = (input: DomainsProveInput, options?: CallOptions): Promise<DomainsProveOutput> =>
    this.send({ method: 'POST', path: '/api/v1/organisation/domains/{domainId}/prove', repeat: 'keyed' }, input, options);

  /** Give a domain back; pages under it end within a minute */
  domainsRemove = (input: DomainsRemoveInput, options?: CallOptions): Promise<DomainsRemoveOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/organisation/domains/{domainId}', repeat: 'keyed' }, input, options);

  /** Change your e-mail address: a mail to the new one confirms it. The answer is the same whether the new address has an account or not. Where the installation sends no e-mail, the address changes at once. */
  emailsChange = (input: EmailsChangeInput, options?: CallOptions): Promise<EmailsChangeOutput> =>
    this.send({ method: 'POST', path: '/api/v1/me/email', repeat: 'keyed' }, input, options);

  /** Confirm your new e-mail address with the token of its mail. The old address is told, and can undo it for seven days. */
  emailsConfirmChange = (input: EmailsConfirmChangeInput, options?: CallOptions): Promise<EmailsConfirmChangeOutput> =>
    this.send({ method: 'POST', path: '/api/v1/me/email/confirm', repeat: 'keyed' }, input, options);

  /** Send the mail that verifies your e-mail address again */
  emailsResendVerification = (input: EmailsResendVerificationInput = {}, options?: CallOptions): Promise<EmailsResendVerificationOutput> =>
    this.send({ method: 'POST', path: '/api/v1/me/email/resend', repeat: 'keyed' }, input, options);

  /** Give an account its earlier e-mail address back, with the token of the mail to it. For somebody whose account was taken over: all sessions and the password end, and a mail with a token for a new password is sent to this address. */
  emailsUndoChange = (input: EmailsUndoChangeInput, options?: CallOptions): Promise<EmailsUndoChangeOutput> =>
    this.send({ method: 'POST', path: '/api/v1/email-changes/undo', repeat: 'never' }, input, options);

  /** Verify your e-mail address with the token of the mail. The token is of this account only. Sent again, the answer is the same while the token is valid. */
  emailsVerify = (input: EmailsVerifyInput, options?: CallOptions): Promise<EmailsVerifyOutput> =>
    this.send({ method: 'POST', path: '/api/v1/me/email/verify', repeat: 'keyed' }, input, options);

  /** Join the organisation that invited your e-mail address */
  invitationsAccept = (input: InvitationsAcceptInput, options?: CallOptions): Promise<InvitationsAcceptOutput> =>
    this.send({ method: 'POST', path: '/api/v1/invitations/accept', repeat: 'keyed' }, input, options);

  /** Join an organisation that invited your verified e-mail address, without the invitation’s token. The address has to be verified also where the installation sends no e-mail: there, use the token (`POST /api/v1/invitations/accept`). */
  invitationsAcceptOwn = (input: InvitationsAcceptOwnInput, options?: CallOptions): Promise<InvitationsAcceptOwnOutput> =>
    this.send({ method: 'POST', path: '/api/v1/me/invitations/{invitationId}/accept', repeat: 'keyed' }, input, options);

  /** Invite somebody by mail; or give them the token, which is shown once. Where the installation sends e-mail, the address gets a link of its own, which also proves the address. `mailed` says whether. */
  invitationsCreate = (input: InvitationsCreateInput, options?: CallOptions): Promise<InvitationsCreateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/invitations', repeat: 'keyed' }, input, options);

  /** Decline an invitation to your e-mail address */
  invitationsDecline = (input: InvitationsDeclineInput, options?: CallOptions): Promise<InvitationsDeclineOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/me/invitations/{invitationId}', repeat: 'keyed' }, input, options);

  /** Invitations that can still be accepted, newest first or in another order */
  invitationsList = (input: InvitationsListInput = {}, options?: CallOptions): Promise<InvitationsListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/invitations', repeat: 'safe' }, input, options);

  /** Invitations to your e-mail address, newest first. Accept one here, or with the token that the person who invited you has. */
  invitationsOwn = (input: InvitationsOwnInput = {}, options?: CallOptions): Promise<InvitationsOwnOutput> =>
    this.send({ method: 'GET', path: '/api/v1/me/invitations', repeat: 'safe' }, input, options);

  /** Send the mail of an invitation again; it is valid for another seven days */
  invitationsResend = (input: InvitationsResendInput, options?: CallOptions): Promise<InvitationsResendOutput> =>
    this.send({ method: 'POST', path: '/api/v1/invitations/{invitationId}/resend', repeat: 'keyed' }, input, options);

  /** Revoke an invitation */
  invitationsRevoke = (input: InvitationsRevokeInput, options?: CallOptions): Promise<InvitationsRevokeOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/invitations/{invitationId}', repeat: 'keyed' }, input, options);

  /** What an invitation is for, by its token */
  invitationsShow = (input: InvitationsShowInput, options?: CallOptions): Promise<InvitationsShowOutput> =>
    this.send({ method: 'POST', path: '/api/v1/invitations/show', repeat: 'safe' }, input, options);

  /** Public keys that access tokens are signed with */
  jwksGet = (input: JwksGetInput = {}, options?: CallOptions): Promise<JwksGetOutput> =>
    this.send({ method: 'GET', path: '/.well-known/jwks.json', repeat: 'safe' }, input, options);

  /** Create an API key; the key itself is shown once. A key never has more rights than its creator’s role at the moment of use. */
  keysCreate = (input: KeysCreateInput, options?: CallOptions): Promise<KeysCreateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/api-keys', repeat: 'keyed' }, input, options);

  /** API keys of the organisation: valid ones, newest first, then expired ones, or in another order. Keys are deleted 30 days after they expire. */
  keysList = (input: KeysListInput = {}, options?: CallOptions): Promise<KeysListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/api-keys', repeat: 'safe' }, input, options);

  /** Give an API key another name */
  keysRename = (input: KeysRenameInput, options?: CallOptions): Promise<KeysRenameOutput> =>
    this.send({ method: 'PATCH', path: '/api/v1/api-keys/{keyId}', repeat: 'keyed' }, input, options);

  /** Revoke an API key; it stops working everywhere at once */
  keysRevoke = (input: KeysRevokeInput, options?: CallOptions): Promise<KeysRevokeOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/api-keys/{keyId}', repeat: 'keyed' }, input, options);

  /** Make a new API key in the place of this one; the new one is shown once. It has the same name, scopes and end, and the rights of the person who rotates it at most. The old one works until the overlap ends; with an overlap of 0 it ends at once. */
  keysRotate = (input: KeysRotateInput, options?: CallOptions): Promise<KeysRotateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/api-keys/{keyId}/rotate', repeat: 'keyed' }, input, options);

  /** Create a link to a read-only page; it is shown once. Whoever has the link reads this one server or bot, without an account and without costing API calls, until the link expires, is revoked, or its maker leaves. The key in it can also be sent as a bearer token. */
  linksCreate = (input: LinksCreateInput, options?: CallOptions): Promise<LinksCreateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/links', repeat: 'keyed' }, input, options);

  /** Links of the organisation that work, newest first, then expired ones, or in another order */
  linksList = (input: LinksListInput = {}, options?: CallOptions): Promise<LinksListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/links', repeat: 'safe' }, input, options);

  /** Revoke a link; it stops working everywhere at once */
  linksRevoke = (input: LinksRevokeInput, options?: CallOptions): Promise<LinksRevokeOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/links/{linkId}', repeat: 'keyed' }, input, options);

  /** Agree that answers to an organisation’s mails come to your address, by the token of the mail. Needs no account: whoever reads the mails of that address decides. */
  mailSendersConfirm = (input: MailSendersConfirmInput, options?: CallOptions): Promise<MailSendersConfirmOutput> =>
    this.send({ method: 'POST', path: '/api/v1/organisation/mail-sender/confirm', repeat: 'never' }, input, options);

  /** Who the organisation’s mails are from */
  mailSendersGet = (input: MailSendersGetInput = {}, options?: CallOptions): Promise<MailSendersGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/organisation/mail-sender', repeat: 'safe' }, input, options);

  /** Ask the address that answers go to once more, by mail */
  mailSendersResend = (input: MailSendersResendInput = {}, options?: CallOptions): Promise<MailSendersResendOutput> =>
    this.send({ method: 'POST', path: '/api/v1/organisation/mail-sender/resend-confirmation', repeat: 'keyed' }, input, options);

  /** Say who the organisation’s notifications and invitations are from. Replaces all of it, and takes the plan’s `white_label`. The operator’s mail server sends them all the same, and is named in `Sender` and the envelope: for an address of your own, let SPF and DKIM of its domain allow that server, or receivers will take the mails for forged. Mails about accounts, such as a forgotten password, stay the operator’s. `replyTo` is used at once when it is your own verified address or of a proven domain; any other is asked by mail. */
  mailSendersSet = (input: MailSendersSetInput = {}, options?: CallOptions): Promise<MailSendersSetOutput> =>
    this.send({ method: 'PUT', path: '/api/v1/organisation/mail-sender', repeat: 'keyed' }, input, options);

  /** Give a member another role */
  membersChangeRole = (input: MembersChangeRoleInput, options?: CallOptions): Promise<MembersChangeRoleOutput> =>
    this.send({ method: 'PATCH', path: '/api/v1/members/{userId}', repeat: 'keyed' }, input, options);

  /** Leave one of your organisations, whatever your role in it; the last owner stays. Your API keys and invitations of that organisation end with it. */
  membersLeave = (input: MembersLeaveInput, options?: CallOptions): Promise<MembersLeaveOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/organisations/{organisationId}/membership', repeat: 'keyed' }, input, options);

  /** Members of the current organisation, in the order in which they joined or in another */
  membersList = (input: MembersListInput = {}, options?: CallOptions): Promise<MembersListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/members', repeat: 'safe' }, input, options);

  /** Remove a member; their tokens for this organisation end at once */
  membersRemove = (input: MembersRemoveInput, options?: CallOptions): Promise<MembersRemoveOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/members/{userId}', repeat: 'keyed' }, input, options);

  /** Create another organisation; you become its owner. How many one person may own is limited, especially on free plans; the problem says what to do. */
  organisationsCreate = (input: OrganisationsCreateInput, options?: CallOptions): Promise<OrganisationsCreateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/organisations', repeat: 'keyed' }, input, options);

  /** Permanently delete the current organisation with everything in it (owners only). Its members, keys, servers, bots, channels and usage are deleted, and the key of its secrets is destroyed. Its tokens and API keys stop working at once. An API key needs every scope of its owner for this. */
  organisationsDelete = (input: OrganisationsDeleteInput, options?: CallOptions): Promise<OrganisationsDeleteOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/organisation', repeat: 'keyed' }, input, options);

  /** The current organisation */
  organisationsGet = (input: OrganisationsGetInput = {}, options?: CallOptions): Promise<OrganisationsGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/organisation', repeat: 'safe' }, input, options);

  /** Organisations that you are a member of, in the order in which you joined */
  organisationsList = (input: OrganisationsListInput = {}, options?: CallOptions): Promise<OrganisationsListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/organisations', repeat: 'safe' }, input, options);

  /** Rename the current organisation */
  organisationsRename = (input: OrganisationsRenameInput, options?: CallOptions): Promise<OrganisationsRenameOutput> =>
    this.send({ method: 'PATCH', path: '/api/v1/organisation', repeat: 'keyed' }, input, options);

  /** Change your password; your other sessions end. A wrong current password counts as a wrong log-in. API keys stay valid: revoke those that you do not trust. */
  passwordsChange = (input: PasswordsChangeInput, options?: CallOptions): Promise<PasswordsChangeOutput> =>
    this.send({ method: 'PUT', path: '/api/v1/me/password', repeat: 'keyed' }, input, options);

  /** Request a mail with a token that sets a new password. The answer is the same whether the address has an account or not. An address gets a few mails a day; requests of others do not invalidate your tokens. */
  passwordsForgotten = (input: PasswordsForgottenInput, options?: CallOptions): Promise<PasswordsForgottenOutput> =>
    this.send({ method: 'POST', path: '/api/v1/password/forgotten', repeat: 'never' }, input, options);

  /** Set a new password with the token of the mail; all your sessions end. The token works once, for a quarter of an hour. It also verifies the address: API keys and invitations of an account that was never verified end with it. */
  passwordsReset = (input: PasswordsResetInput, options?: CallOptions): Promise<PasswordsResetOutput> =>
    this.send({ method: 'POST', path: '/api/v1/password/reset', repeat: 'never' }, input, options);

  /** Create a service key, which acts for any organisation; the key itself is shown once. For your own backend. Each request names the organisation in the header `Tidegate-Organisation`. The key reaches nothing but its scopes, costs no organisation API calls, and may report every meter but those of the platform. */
  serviceKeysCreate = (input: ServiceKeysCreateInput, options?: CallOptions): Promise<ServiceKeysCreateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/service-keys', repeat: 'keyed' }, input, options);

  /** Service keys of the installation, newest first, with who made and who revoked them */
  serviceKeysList = (input: ServiceKeysListInput = {}, options?: CallOptions): Promise<ServiceKeysListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/service-keys', repeat: 'safe' }, input, options);

  /** Revoke a service key; it stops working everywhere at once */
  serviceKeysRevoke = (input: ServiceKeysRevokeInput, options?: CallOptions): Promise<ServiceKeysRevokeOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/operator/service-keys/{keyId}', repeat: 'keyed' }, input, options);

  /** End all of your sessions but this one */
  sessionsEndOthers = (input: SessionsEndOthersInput = {}, options?: CallOptions): Promise<SessionsEndOthersOutput> =>
    this.send({ method: 'POST', path: '/api/v1/sessions/end-others', repeat: 'keyed' }, input, options);

  /** Where you are logged in, last used first */
  sessionsList = (input: SessionsListInput = {}, options?: CallOptions): Promise<SessionsListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/sessions', repeat: 'safe' }, input, options);

  /** Log in with e-mail address and password. Unknown addresses and wrong passwords get the same answer in the same time. */
  sessionsLogin = (input: SessionsLoginInput, options?: CallOptions): Promise<SessionsLoginOutput> =>
    this.send({ method: 'POST', path: '/api/v1/sessions', repeat: 'never' }, input, options);

  /** Log out: the session and its tokens end everywhere */
  sessionsLogout = (input: SessionsLogoutInput = {}, options?: CallOptions): Promise<SessionsLogoutOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/sessions/current', repeat: 'keyed' }, input, options);

  /** A new access token and the next refresh token. The same refresh token may be used again for 90 seconds, until its successor is used, and returns the same successor, so that a lost answer or a second tab does no harm. Later use ends the session: somebody else may have the token. */
  sessionsRefresh = (input: SessionsRefreshInput = {}, options?: CallOptions): Promise<SessionsRefreshOutput> =>
    this.send({ method: 'POST', path: '/api/v1/sessions/refresh', repeat: 'never' }, input, options);

  /** End one of your sessions: its tokens stop working everywhere */
  sessionsRevoke = (input: SessionsRevokeInput, options?: CallOptions): Promise<SessionsRevokeOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/sessions/{sessionId}', repeat: 'keyed' }, input, options);

  /** Switch to another of your organisations */
  sessionsSwitchOrganisation = (input: SessionsSwitchOrganisationInput, options?: CallOptions): Promise<SessionsSwitchOrganisationOutput> =>
    this.send({ method: 'POST', path: '/api/v1/sessions/organisation', repeat: 'keyed' }, input, options);

  /** How the pages of an organisation look. For everybody who has a link to them. All null where there is no theme, or a plan without `white_label`. */
  themesGet = (input: ThemesGetInput, options?: CallOptions): Promise<ThemesGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/themes/{organisationId}', repeat: 'safe' }, input, options);

  /** Give the pages of the organisation a name, a colour and a logo of its own. Replaces the whole theme. It takes the plan’s `white_label`; with another plan it is kept and not shown. */
  themesSet = (input: ThemesSetInput = {}, options?: CallOptions): Promise<ThemesSetOutput> =>
    this.send({ method: 'PUT', path: '/api/v1/organisation/theme', repeat: 'keyed' }, input, options);

  /** What the sessions were doing in the last snapshot, and the recent history */
  serversActivity = (input: ServersActivityInput, options?: CallOptions): Promise<ServersActivityOutput> =>
    this.send({ method: 'GET', path: '/api/v1/servers/{serverId}/activity', repeat: 'safe' }, input, options);

  /** Watch the database that this installation itself runs on. For operators. The first organisation has it from the start; it does not count against the plan. Returns the existing server when it is already watched. */
  serversAddPlatform = (input: ServersAddPlatformInput = {}, options?: CallOptions): Promise<ServersAddPlatformOutput> =>
    this.send({ method: 'POST', path: '/api/v1/servers/platform', repeat: 'keyed' }, input, options);

  /** What happened to a server in a range: crashes, restarts, resets, and what people noted */
  serversAnnotations = (input: ServersAnnotationsInput, options?: CallOptions): Promise<ServersAnnotationsOutput> =>
    this.send({ method: 'GET', path: '/api/v1/servers/{serverId}/annotations', repeat: 'safe' }, input, options);

  /** Who blocks whom in the last snapshot, and the jams of a range */
  serversBlocking = (input: ServersBlockingInput, options?: CallOptions): Promise<ServersBlockingOutput> =>
    this.send({ method: 'GET', path: '/api/v1/servers/{serverId}/blocking', repeat: 'safe' }, input, options);

  /** Watch a PostgreSQL server. Collection starts at once; first figures show within half a minute. Whether it works is the server’s `state`. POST /api/v1/servers/test shows in advance what is missing. */
  serversCreate = (input: ServersCreateInput, options?: CallOptions): Promise<ServersCreateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/servers', repeat: 'keyed' }, input, options);

  /** Databases of a server with their work in the range */
  serversDatabases = (input: ServersDatabasesInput, options?: CallOptions): Promise<ServersDatabasesOutput> =>
    this.send({ method: 'GET', path: '/api/v1/servers/{serverId}/databases', repeat: 'safe' }, input, options);

  /** Stop watching a server and delete everything collected from it */
  serversDelete = (input: ServersDeleteInput, options?: CallOptions): Promise<ServersDeleteOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/servers/{serverId}', repeat: 'keyed' }, input, options);

  /** Leave a finding as it is, and say why: it is not shown among the open ones any more */
  serversFindingsDismiss = (input: ServersFindingsDismissInput, options?: CallOptions): Promise<ServersFindingsDismissOutput> =>
    this.send({ method: 'POST', path: '/api/v1/servers/{serverId}/dismissed-findings', repeat: 'keyed' }, input, options);

  /** Show a dismissed finding again */
  serversFindingsRestore = (input: ServersFindingsRestoreInput, options?: CallOptions): Promise<ServersFindingsRestoreOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/servers/{serverId}/dismissed-findings', repeat: 'keyed' }, input, options);

  /** One watched server */
  serversGet = (input: ServersGetInput, options?: CallOptions): Promise<ServersGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/servers/{serverId}', repeat: 'safe' }, input, options);

  /** Indexes that are invalid, duplicate, redundant or unused, the largest first, each with the SQL that drops it */
  serversIndexFindings = (input: ServersIndexFindingsInput, options?: CallOptions): Promise<ServersIndexFindingsOutput> =>
    this.send({ method: 'GET', path: '/api/v1/servers/{serverId}/index-findings', repeat: 'safe' }, input, options);

  /** Indexes of all databases of a server with their use in the range. Databases are read one by one: `range.coveredSeconds` is that of the database with the longest coverage; each item says its own. Dropped ones stay in the ranges in which they existed. */
  serversIndexes = (input: ServersIndexesInput, options?: CallOptions): Promise<ServersIndexesOutput> =>
    this.send({ method: 'GET', path: '/api/v1/servers/{serverId}/indexes', repeat: 'safe' }, input, options);

  /** Watched servers with their figures now, the last hour of each, and what is wrong */
  serversList = (input: ServersListInput = {}, options?: CallOptions): Promise<ServersListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/servers', repeat: 'safe' }, input, options);

  /** Moments of a range that are worth looking at: when sessions were blocked, and when most of them were active. To the minute within the last 14 days, to the hour before. */
  serversMoments = (input: ServersMomentsInput, options?: CallOptions): Promise<ServersMomentsOutput> =>
    this.send({ method: 'GET', path: '/api/v1/servers/{serverId}/moments', repeat: 'safe' }, input, options);

  /** Note what happened at an instant, such as a deployment: it stands in every chart of the server */
  serversNotesCreate = (input: ServersNotesCreateInput, options?: CallOptions): Promise<ServersNotesCreateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/servers/{serverId}/annotations', repeat: 'keyed' }, input, options);

  /** Delete a note */
  serversNotesDelete = (input: ServersNotesDeleteInput, options?: CallOptions): Promise<ServersNotesDeleteOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/servers/{serverId}/annotations/{noteId}', repeat: 'keyed' }, input, options);

  /** A server at a glance: state, load, sizes, busiest statements, what is missing */
  serversOverview = (input: ServersOverviewInput, options?: CallOptions): Promise<ServersOverviewOutput> =>
    this.send({ method: 'GET', path: '/api/v1/servers/{serverId}/overview', repeat: 'safe' }, input, options);

  /** A server’s figures over time, for its charts, with the change against the period before. At most 400 points: a step becomes as long as needed. Minutes are there for 14 days, hours for as long as the plan keeps history: ranges that begin earlier have steps of whole hours. */
  serversSeries = (input: ServersSeriesInput, options?: CallOptions): Promise<ServersSeriesOutput> =>
    this.send({ method: 'GET', path: '/api/v1/servers/{serverId}/series', repeat: 'safe' }, input, options);

  /** One statement: its text, figures, tables, who runs it, what it waits for, and what could be better */
  serversStatement = (input: ServersStatementInput, options?: CallOptions): Promise<ServersStatementOutput> =>
    this.send({ method: 'GET', path: '/api/v1/servers/{serverId}/statements/{statementId}', repeat: 'safe' }, input, options);

  /** One statement over time. At the resolution of the snapshots (a minute) for as long as the plan keeps history. A step becomes as long as needed for at most 1,500 points. */
  serversStatementSeries = (input: ServersStatementSeriesInput, options?: CallOptions): Promise<ServersStatementSeriesOutput> =>
    this.send({ method: 'GET', path: '/api/v1/servers/{serverId}/statements/{statementId}/series', repeat: 'safe' }, input, options);

  /** Top statements of a range, with exact counts. Each series is one statement of one database and role, apart by whether it was called from within a function. `total` sums up all series, not only those shown. */
  serversStatements = (input: ServersStatementsInput, options?: CallOptions): Promise<ServersStatementsOutput> =>
    this.send({ method: 'GET', path: '/api/v1/servers/{serverId}/statements', repeat: 'safe' }, input, options);

  /** One table: its work in the range, its indexes with what is wrong with them, and how it grew */
  serversTable = (input: ServersTableInput, options?: CallOptions): Promise<ServersTableOutput> =>
    this.send({ method: 'GET', path: '/api/v1/servers/{serverId}/table', repeat: 'safe' }, input, options);

  /** Tables of all databases of a server with their work in the range. Databases are read one by one: `range.coveredSeconds` is that of the database with the longest coverage; each item says its own. Dropped ones stay in the ranges in which they existed. */
  serversTables = (input: ServersTablesInput, options?: CallOptions): Promise<ServersTablesOutput> =>
    this.send({ method: 'GET', path: '/api/v1/servers/{serverId}/tables', repeat: 'safe' }, input, options);

  /** Test the connection of a watched server. Connects once and runs the queries that the collector runs; nothing is stored or changed. Every check says what is missing and, where SQL can mend it, the SQL. */
  serversTest = (input: ServersTestInput, options?: CallOptions): Promise<ServersTestOutput> =>
    this.send({ method: 'POST', path: '/api/v1/servers/{serverId}/test', repeat: 'safe' }, input, options);

  /** Test a connection before adding it. Connects once and runs the queries that the collector runs; nothing is stored or changed. Every check says what is missing and, where SQL can mend it, the SQL. */
  serversTestNew = (input: ServersTestNewInput, options?: CallOptions): Promise<ServersTestNewOutput> =>
    this.send({ method: 'POST', path: '/api/v1/servers/test', repeat: 'safe' }, input, options);

  /** Change, pause or resume a server */
  serversUpdate = (input: ServersUpdateInput, options?: CallOptions): Promise<ServersUpdateOutput> =>
    this.send({ method: 'PATCH', path: '/api/v1/servers/{serverId}', repeat: 'keyed' }, input, options);

  /** How sessions spent their time in a range: by wait event, by statement and over time */
  serversWaits = (input: ServersWaitsInput, options?: CallOptions): Promise<ServersWaitsOutput> =>
    this.send({ method: 'GET', path: '/api/v1/servers/{serverId}/waits', repeat: 'safe' }, input, options);

  /** Age of transaction ids, when they run out, and what holds back vacuum */
  serversWraparound = (input: ServersWraparoundInput, options?: CallOptions): Promise<ServersWraparoundOutput> =>
    this.send({ method: 'GET', path: '/api/v1/servers/{serverId}/wraparound', repeat: 'safe' }, input, options);

  /** Confirm an e-mail channel with the token that its address was sent. Needs no account: the recipient decides. The same token may be sent again while it is valid. */
  channelsConfirm = (input: ChannelsConfirmInput, options?: CallOptions): Promise<ChannelsConfirmOutput> =>
    this.send({ method: 'POST', path: '/api/v1/channels/confirm', repeat: 'never' }, input, options);

  /** Add an e-mail address or a webhook for notifications. Webhooks are signed as in the Standard Webhooks specification; the answer contains the secret, once. How to verify a signature: docs/notifications.md. An e-mail address gets a mail with a token, and nothing else until that token arrives at POST /api/v1/channels/confirm. */
  channelsCreate = (input: ChannelsCreateInput, options?: CallOptions): Promise<ChannelsCreateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/channels', repeat: 'keyed' }, input, options);

  /** Remove a channel with its deliveries; pending ones are not sent */
  channelsDelete = (input: ChannelsDeleteInput, options?: CallOptions): Promise<ChannelsDeleteOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/channels/{channelId}', repeat: 'keyed' }, input, options);

  /** One channel */
  channelsGet = (input: ChannelsGetInput, options?: CallOptions): Promise<ChannelsGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/channels/{channelId}', repeat: 'safe' }, input, options);

  /** Channels, newest first or in another order */
  channelsList = (input: ChannelsListInput = {}, options?: CallOptions): Promise<ChannelsListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/channels', repeat: 'safe' }, input, options);

  /** Send the confirmation mail of an e-mail channel again, with a new token. Limited by day for a person and address, an address, an organisation and a person (`429 rate_limited`). */
  channelsResendConfirmation = (input: ChannelsResendConfirmationInput, options?: CallOptions): Promise<ChannelsResendConfirmationOutput> =>
    this.send({ method: 'POST', path: '/api/v1/channels/{channelId}/resend-confirmation', repeat: 'keyed' }, input, options);

  /** Give a webhook a new secret. Until the overlap ends every request carries a signature by each secret, so the receiver can switch over without losing a message. If it is rotated again, earlier secrets keep their overlaps, at most five of them. An overlap of 0 invalidates all of them at once. */
  channelsRotateSecret = (input: ChannelsRotateSecretInput, options?: CallOptions): Promise<ChannelsRotateSecretOutput> =>
    this.send({ method: 'POST', path: '/api/v1/channels/{channelId}/rotate-secret', repeat: 'keyed' }, input, options);

  /** Send a test message; read the delivery to see its outcome. A test is tried once. It counts as a notification when it arrives, and is not sent when the quota is used up or unknown. */
  channelsTest = (input: ChannelsTestInput, options?: CallOptions): Promise<ChannelsTestOutput> =>
    this.send({ method: 'POST', path: '/api/v1/channels/{channelId}/test', repeat: 'keyed' }, input, options);

  /** Unsubscribe an e-mail channel, with the token of one of its mails. Needs no account: the recipient decides. Every mail has the address in `List-Unsubscribe`; the form `List-Unsubscribe=One-Click` is taken as a body. The channel gets nothing until its address confirms it again. */
  channelsUnsubscribe = (input: ChannelsUnsubscribeInput, options?: CallOptions): Promise<ChannelsUnsubscribeOutput> =>
    this.send({ method: 'POST', path: '/api/v1/channels/unsubscribe/{token}', repeat: 'never' }, input, options);

  /** Rename a channel, choose its events, switch it off or on again */
  channelsUpdate = (input: ChannelsUpdateInput, options?: CallOptions): Promise<ChannelsUpdateOutput> =>
    this.send({ method: 'PATCH', path: '/api/v1/channels/{channelId}', repeat: 'keyed' }, input, options);

  /** One delivery */
  deliveriesGet = (input: DeliveriesGetInput, options?: CallOptions): Promise<DeliveriesGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/deliveries/{deliveryId}', repeat: 'safe' }, input, options);

  /** Messages sent and to be sent, newest first or in another order */
  deliveriesList = (input: DeliveriesListInput = {}, options?: CallOptions): Promise<DeliveriesListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/deliveries', repeat: 'safe' }, input, options);

  /** Send a message now that failed or was held back; the receiver sees the same id */
  deliveriesRetry = (input: DeliveriesRetryInput, options?: CallOptions): Promise<DeliveriesRetryOutput> =>
    this.send({ method: 'POST', path: '/api/v1/deliveries/{deliveryId}/retry', repeat: 'keyed' }, input, options);

  /** What happened in the organisation, newest first or oldest first. An entry appears a moment after what it is about, and says nothing of who did it: that is in the audit log. Only what the caller may read otherwise is in the list: what concerns bots needs `bots:read`, what was paid `billing:read`. What happens to one thing again within an hour is added to its entry, which moves to the top. Entries are kept for `NOTIFIER_KEEP_DAYS` and at most 2,000 of an organisation. */
  feedList = (input: FeedListInput = {}, options?: CallOptions): Promise<FeedListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/feed', repeat: 'safe' }, input, options);

  /** Remove an incident that was none */
  incidentsDelete = (input: IncidentsDeleteInput, options?: CallOptions): Promise<IncidentsDeleteOutput> =>
    this.send({ method: 'DELETE', path: '/api/v1/operator/incidents/{incidentId}', repeat: 'keyed' }, input, options);

  /** Incidents of the last 90 days, the newest first */
  incidentsList = (input: IncidentsListInput = {}, options?: CallOptions): Promise<IncidentsListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/incidents', repeat: 'safe' }, input, options);

  /** Open an incident, for everybody to read on the public page of states. Within two seconds everybody can read it at `/status`, in `/status.json` and in the feed `/status.atom`; a cache in front may keep what it has for two more. */
  incidentsOpen = (input: IncidentsOpenInput, options?: CallOptions): Promise<IncidentsOpenOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/incidents', repeat: 'keyed' }, input, options);

  /** Say how it goes on; `resolved` ends it, any other state begins it again */
  incidentsUpdate = (input: IncidentsUpdateInput, options?: CallOptions): Promise<IncidentsUpdateOutput> =>
    this.send({ method: 'POST', path: '/api/v1/operator/incidents/{incidentId}/updates', repeat: 'keyed' }, input, options);

  /** Count a backfill. In one step, against what is counted by then: `preview` says what it changed. Applied again it changes nothing. What windows owe that were charged is charged or credited with the next one. */
  backfillsApply = (input: BackfillsApplyInput, options?: CallOptions): Promise<BackfillsApplyOutput> =>
    this.send({ method: 'POST', path: '/api/v1/usage/backfills/{backfillId}/apply', repeat: 'keyed' }, input, options);

  /** A backfill */
  backfillsGet = (input: BackfillsGetInput, options?: CallOptions): Promise<BackfillsGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/usage/backfills/{backfillId}', repeat: 'safe' }, input, options);

  /** Backfills, the newest first */
  backfillsList = (input: BackfillsListInput = {}, options?: CallOptions): Promise<BackfillsListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/usage/backfills', repeat: 'safe' }, input, options);

  /** Show what adding or replacing the events of a time would change. With a service key. Nothing is counted yet: apply it. The events are those that service keys reported or should have reported under the source, of any meter that is not weighted by time, in a time that is over and for which single events are stored. At most 5000 events and 62 days at once. One event that cannot be counted refuses all of them. */
  backfillsPreview = (input: BackfillsPreviewInput, options?: CallOptions): Promise<BackfillsPreviewOutput> =>
    this.send({ method: 'POST', path: '/api/v1/usage/backfills', repeat: 'keyed' }, input, options);

  /** Take a backfill back: every event counts what it counted before. Events that others reported since stay. Reverted again it changes nothing. */
  backfillsRevert = (input: BackfillsRevertInput, options?: CallOptions): Promise<BackfillsRevertOutput> =>
    this.send({ method: 'POST', path: '/api/v1/usage/backfills/{backfillId}/revert', repeat: 'keyed' }, input, options);

  /** May the organisation do this now?. For every kind of feature. Without `hold` nothing is written: two callers may both be told yes for the last unit. With `hold` the units of a metered feature are reserved until the hold is committed, released or expires, and all holds, leases and usage together never exceed the limit. A refusal is an answer, not an error. The key of a hold that has ended is refused: other work needs another key. */
  entitlementsCheck = (input: EntitlementsCheckInput, options?: CallOptions): Promise<EntitlementsCheckOutput> =>
    this.send({ method: 'POST', path: '/api/v1/entitlements/check', repeat: 'keyed' }, input, options);

  /** The work was done: count it and end the hold. The usage counts at the instant at which the hold was taken. Less than was held frees the rest; more is counted if the limit allows it, and otherwise refused with `quota_exhausted` while the hold stays as it is. Repeated with the same quantity it is answered as the first time. */
  holdsCommit = (input: HoldsCommitInput, options?: CallOptions): Promise<HoldsCommitOutput> =>
    this.send({ method: 'POST', path: '/api/v1/entitlements/holds/{holdId}/commit', repeat: 'keyed' }, input, options);

  /** The work was not done: give everything back */
  holdsRelease = (input: HoldsReleaseInput, options?: CallOptions): Promise<HoldsReleaseOutput> =>
    this.send({ method: 'POST', path: '/api/v1/entitlements/holds/{holdId}/release', repeat: 'keyed' }, input, options);

  /** What is metered */
  metersList = (input: MetersListInput = {}, options?: CallOptions): Promise<MetersListOutput> =>
    this.send({ method: 'GET', path: '/api/v1/usage/meters', repeat: 'safe' }, input, options);

  /** Events of our services that were not counted, of all organisations, and why; newest first */
  rejectedUsageListAll = (input: RejectedUsageListAllInput = {}, options?: CallOptions): Promise<RejectedUsageListAllOutput> =>
    this.send({ method: 'GET', path: '/api/v1/operator/usage/rejected', repeat: 'safe' }, input, options);

  /** The time zone in which days of usage are counted */
  settingsGet = (input: SettingsGetInput = {}, options?: CallOptions): Promise<SettingsGetOutput> =>
    this.send({ method: 'GET', path: '/api/v1/usage/settings', repeat: 'safe' }, input, options);

  /** Choose the time zone of daily reports and limits. Quota months and paid intervals stay as they are. Earlier usage stays in whole hours (UTC). The current day lasts until the first midnight of the new zone that leaves it whole, so no daily limit is reset early. */
  settingsSet = (input: SettingsSetInput, options?: CallOptions): Promise<SettingsSetOutput> =>
    this.send({ method: 'PUT', path: '/api/v1/usage/settings', repeat: 'keyed' }, input, options);

  /** Void an event, or amend what it says, with a reason. Corrections change what a customer is charged, so only a service key makes them. They are facts of their own: the event stays, and hours, balance and notices follow in the same transaction. Sent again, a correction changes nothing. Events may be corrected for 35 days. */
  usageCorrect = (input: UsageCorrectInput, options?: CallOptions): Promise<UsageCorrectOutput> =>
    this.send({ method: 'POST', path: '/api/v1/usage/corrections', repeat: 'keyed' }, input, options);

  /** Usage of every meter against the limits of the plan. Each meter in the window of its limit; `periodStart` and `periodEnd` are the current month. With `groupBy` and `meter` its use is divided by dimensions as well; `filter` says of which of it. */
  usageCurrent = (input: UsageCurrentInput = {}, options?: CallOptions): Promise<UsageCurrentOutput> =>
    this.send({ method: 'GET', path: '/api/v1/usage/current', repeat: 'safe' }, input, options);

  /** What every meter will have used at the end of its period. For the month of the meter, or for what is paid at a time where its limit applies to that. It says how each figure was computed. Costs are not estimated here. */
  usageEstimate = (input: UsageEstimateInput = {}, options?: CallOptions): Promise<UsageEstimateOutput> =>
    this.send({ method: 'GET', path: '/api/v1/usage/estimate', repeat: 'safe' }, input, options);

  /** The events behind a figure: what was counted of one meter, newest first. From `from` to `to`, half-open, as the steps of the history and the periods are: the quantities of a period’s events add up to its balance. Of meters that are weighted by time: the values that held in it, also those from before it, each with what it adds to it. Single events are stored for as long as the operator says (400 days by default). */
  usageEvents = (input: UsageEventsInput, options?: CallOptions): Promise<UsageEventsOutput> =>
    this.send({ method: 'GET', path: '/api/v1/usage/events', repeat: 'safe' }, input, options);

  /** Usage of one meter by hour (UTC), by day or by month of the organisation, without gaps. Whole hours, days or months that cover the range. Where `from` or `to` is the start of a month, that edge is exact, so that the steps of a month add up to its balance. With `groupBy` each step is divided by dimensions of the meter as well, with `by` by the API key that used or by the source that reported. Of keys and sources a day has 1,000 apart; the rest is `others`. Dividing by key needs the scope `keys:read` as well. */
  usageHistory = (input: UsageHistoryInput, options?: CallOptions): Promise<UsageHistoryOutput> =>
    this.send({ method: 'GET', path: '/api/v1/usage/history', repeat: 'safe' }, input, options);

  /** Report usage of your own product. Exactly once: (source, id) identifies an event for 37 days after it was counted; sent again it counts once. With its own `time` it counts once for ever, because later it is too old. Each event is judged on its own: a bad one never fails the others. Events up to 35 days old count in the period in which they happened. The answer is sent after the commit, so the next GET /api/v1/usage/current shows the new balance. CloudEvents 1.0 are taken as they are: one (`application/cloudevents+json`), several (`application/cloudevents-batch+json`), or one in binary mode (headers `ce-…`). */
  usageIngest = (input: UsageIngestInput, options?: CallOptions): Promise<UsageIngestOutput> =>
    this.send({ method: 'POST', path: '/api/v1/usage/events', repeat: 'keyed' }, input, options);

  /** Every feature of the organisation with its limit, and what is left of the metered ones */
  usageLimits = (input: UsageLimitsInput = {}, options?: CallOptions): Promise<UsageLimitsOutput> =>
    this.send({ method: 'GET', path: '/api/v1/usage/limits', repeat: 'safe' }, input, options);

  /** Events of our services that were not counted, and why; newest first or in another order. Events that came before their meter or organisation was known are counted as soon as it is, and leave this list. Events refused by POST /api/v1/usage/events are only in its answer. */
  usageRejected = (input: UsageRejectedInput = {}, options?: CallOptions): Promise<UsageRejectedOutput> =>
    this.send({ method: 'GET', path: '/api/v1/usage/rejected', repeat: 'safe' }, input, options);

  /** Give back what was not spent of a lease */
  usageReturnLease = (input: UsageReturnLeaseInput, options?: CallOptions): Promise<UsageReturnLeaseOutput> =>
    this.send({ method: 'POST', path: '/api/v1/usage/leases/{leaseId}/return', repeat: 'keyed' }, input, options);

  /** Take a slice of a metered quota to spend locally. All slices, holds and reported usage together never exceed a hard limit. Report what you spend as usage events with `lease` set to the lease id, and return the lease when you are done; an unreturned lease frees what was not reported a minute after it expires. Services call it with `bus.call(takeLease, …, { orgId })`. */
  usageTakeLease = (input: UsageTakeLeaseInput, options?: CallOptions): Promise<UsageTakeLeaseOutput> =>
    this.send({ method: 'POST', path: '/api/v1/usage/leases', repeat: 'keyed' }, input, options);

  /** The file of a candle upload, as the body: CSV, optionally gzipped. Answers when all of it has arrived and waits to be read. Sent again it replaces what was received before; once it is queued it is refused with 409: read the upload instead. It may take half an hour. */
  candlesSendFile = (input: { uploadId: Id; file: FileBody }, options?: CallOptions): Promise<CandleUpload> =>
    this.send({ method: 'PUT', path: '/api/v1/candles/uploads/{uploadId}/file', repeat: 'safe', file: 'file' }, input, options);
}
