import { Injectable } from '@nestjs/common';
import type { Halt } from '@tidegate/contracts/bot-executor/bot-reasons';
import { type BotStatus, botPulse, botStopped, botWasHalted } from '@tidegate/contracts/bot-executor/bots';
import { INTERVAL_MS } from '@tidegate/contracts/bot-executor/candle-intervals';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { Outbox } from '@tidegate/messaging/outbox';
import { Contradiction } from '../engine/position.rules.ts';
import { isOver, type State } from '../engine/state.rules.ts';
import { type Step } from '../engine/step.rules.ts';
import { type CandleTicks } from '../kernel/candle-series.rules.ts';
import { runCandle, runClose } from '../strategies/decide.rules.ts';
import { obstacleOf } from '../strategies/obstacle.rules.ts';
import { type Plan, strategyPlanOf } from '../strategies/plan.rules.ts';
import { saveJournal } from '../trades/journal.rows.ts';
import { Journal } from '../trades/journal.rules.ts';
import { addProfits } from '../trades/profit-days.rows.ts';
import { findTrade, summaryOf } from '../trades/trade.rows.ts';
import { type BotRow, lockBot, rulesOfBot, saveProgress, setStatus, stateOf, totalsOf } from './bot.rows.ts';
import { boundHistory } from './bot-history.rows.ts';
import { storeHalt, storeWaitingState, waitingSince } from './bot-reasons.rows.ts';
import { emitTradeEvents, pulseOf } from './emit-trade-events.ts';
import { lastSeen } from './last-seen.rows.ts';
import { dequeue } from './lease.rows.ts';

/**
 * Orders in a batch, give or take those of one candle. Deciding keeps the event loop busy and writing keeps the
 * connection busy, so this bounds a batch to some tens of milliseconds however volatile the candles are.
 */
const MOST_ORDERS = 400;

/**
 * Lets a bot decide on candles, in the caller's transaction: decisions, orders, fills, ledger, events and the time
 * reached are one write, and the bot's row is locked. A killed process leaves the bot as it was; a second one finds the
 * candles already decided.
 */
@Injectable()
export class AdvanceBot {
  constructor(
    private readonly outbox: Outbox,
    private readonly bus: Bus,
  ) {}

  /** Returns on how many of the candles it decided: a batch ends early when there are very many orders in it. */
  async run(tx: Tx, bot: BotRow, candles: CandleTicks[]): Promise<number> {
    const plan = strategyPlanOf(bot.settings, rulesOfBot(bot));
    const journal = await openJournal(tx, bot);
    const running = bot.status === 'running' && !bot.restricted;
    const tradesAfter = bot.trades_after?.getTime() ?? Number.NEGATIVE_INFINITY;
    const intervalMs = INTERVAL_MS[bot.interval];
    let state = stateOf(bot, plan.market);
    let { waiting } = bot;
    let last: CandleTicks | undefined;
    let before = bot.decided_up_to?.getTime();
    let halt: Halt | undefined;
    let decided = 0;
    for (const candle of candles) {
      if ((!running && isOver(state)) || journal.orders.size >= MOST_ORDERS) break;
      const mayOpen = running && candle.at > tradesAfter;
      const step = decideOrHalt(() => runCandle(state, candle, plan, { intervalMs, mayOpen, before }), candle.at);
      if ('impossible' in step) {
        halt = step.impossible;
        break;
      }
      decided += 1;
      journal.add(step);
      state = step.state;
      last = candle;
      before = candle.at;
      halt = haltOf(step);
      if (halt) break;
      if (running) waiting = waitingSince(waiting, obstacleOf(state, plan, candle), candle.at);
    }
    await this.save(tx, { bot, plan, journal, state, last, halt });
    if (waiting !== bot.waiting) await storeWaitingState(tx, bot.id, waiting);
    return decided;
  }

  /** Stops the bot now; its open trade is closed at the last price that it has seen. */
  async close(tx: Tx, bot: BotRow): Promise<void> {
    await this.end(tx, { ...bot, status: 'stopping' });
  }

  /**
   * Cancels what waits of a bot that holds nothing and does not trade for a while: filled by one of the candles that it
   * must not trade, it would begin a trade there.
   */
  async takeBack(tx: Tx, bot: BotRow): Promise<void> {
    if (!bot.open_trade_id && stateOf(bot, rulesOfBot(bot)).orders.length > 0) await this.end(tx, bot);
  }

  private async end(tx: Tx, bot: BotRow): Promise<void> {
    const plan = strategyPlanOf(bot.settings, rulesOfBot(bot));
    const journal = await openJournal(tx, bot);
    const last = await lastSeen(tx, bot);
    let state = stateOf(bot, plan.market);
    let halt: Halt | undefined;
    if (last) {
      const step = decideOrHalt(() => runClose(state, last, plan, { intervalMs: INTERVAL_MS[bot.interval] }), last.at);
      if ('impossible' in step) halt = step.impossible;
      else {
        journal.add(step);
        state = step.state;
        halt = haltOf(step);
      }
    }
    await this.save(tx, { bot, plan, journal, state, last: undefined, halt });
  }

  /** A bot that cannot be run keeps its state and is halted, with an event. */
  async haltUnrunnable(tx: Tx, id: string): Promise<void> {
    const bot = await lockBot(tx, id);
    if (!bot || bot.status === 'stopped' || bot.status === 'halted') return;
    const message = 'It failed many times in a row; the log of the service says why.';
    await setStatus(tx, id, 'halted');
    await this.halt(tx, bot, { reason: 'cannotRun', message, at: new Date().toISOString() });
  }

  private async halt(tx: Tx, { id, name }: BotRow, halted: Halt): Promise<void> {
    await dequeue(tx, id);
    await storeHalt(tx, id, halted);
    await this.outbox.emit(tx, botWasHalted, { botId: id, name, halted });
  }

  private async save(
    tx: Tx,
    done: {
      bot: BotRow;
      plan: Plan;
      journal: Journal;
      state: State;
      last: CandleTicks | undefined;
      halt: Halt | undefined;
    },
  ): Promise<void> {
    const { bot, plan, journal, state, last, halt } = done;
    const { market } = plan;
    const stopped = bot.status === 'stopping' && isOver(state) && !halt;
    const status: BotStatus = halt ? 'halted' : stopped ? 'stopped' : bot.status;
    await saveJournal(tx, { botId: bot.id, market, direction: bot.settings.direction }, journal);
    await addProfits(tx, { botId: bot.id, market }, journal.profits);
    await boundHistory(tx, bot.id, { placed: journal.orders.size, sequence: journal.totals.sequence });
    await saveProgress(tx, bot, { status, state, totals: journal.totals, last });
    if (!bot.demo) for (const { id } of journal.placed) await this.outbox.meter(tx, 'bot_orders', 1, { key: id });
    await emitTradeEvents(tx, this.outbox, bot, plan, journal.fillEvents);
    if (stopped) {
      await dequeue(tx, bot.id);
      await this.outbox.emit(tx, botStopped, { botId: bot.id, name: bot.name });
    }
    if (halt) await this.halt(tx, bot, halt);
    if (journal.fillEvents.length === 0 && !stopped && !halt) return;
    const pulse = pulseOf(bot, plan, { status, state, totals: journal.totals });
    tx.onCommit(() => this.bus.live(tx.orgId as string, botPulse, pulse));
  }
}

/** The decision, or why there can be none: the reports about the bot's orders contradict each other. */
function decideOrHalt(decide: () => Step, at: number): Step | { impossible: Halt } {
  try {
    return decide();
  } catch (error) {
    if (!(error instanceof Contradiction)) throw error;
    return { impossible: { reason: 'contradictoryReports', message: error.message, at: new Date(at).toISOString() } };
  }
}

/** A halt that the bot itself requested. */
const haltOf = ({ halt, at }: Step): Halt | undefined =>
  halt && { reason: halt.reason, message: halt.message, at: new Date(at).toISOString() };

async function openJournal(tx: Tx, bot: BotRow): Promise<Journal> {
  const row = bot.open_trade_id ? await findTrade(tx, bot.open_trade_id) : undefined;
  return new Journal(bot.id, totalsOf(bot), row && summaryOf(row));
}
