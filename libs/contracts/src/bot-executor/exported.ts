import { type Exported, STAYS, UPKEEP } from '../kernel/exported.ts';

export const exported: Exported = {
  tables: {
    bots: {
      columns:
        'id name status settings source interval candles_per_second market_rules starts_at decided_up_to trades_after ' +
        'closed_trades profit balance last_price open_trade_id waiting halted resumed restricted created_at',
      without: { internal: 'state ledger_sequence stored_orders expired_sums late_candles late_from demo' },
    },
    trades: {
      columns:
        'id bot_id number market direction averaging_fills cost quantity exit_value exit_quantity fees cash funding opened_at ' +
        'closed_at closed_by',
    },
    orders: {
      columns: 'id bot_id trade_id kind side type price quantity status placed_at',
      without: { internal: 'key position' },
    },
    fills: {
      columns: 'id bot_id order_id trade_id price quantity value fee at',
      without: { internal: 'position' },
    },
    profit_days: { columns: 'bot_id day profit' },
    ledger: { columns: 'bot_id sequence kind amount balance trade_id order_id at' },
    markets: {
      columns:
        'market version base quote tick_size lot_size min_quantity min_notional fee_percent maintenance_margin_percent created_at',
    },
    backtests: {
      columns: 'id name status failure result equity stored_trades stored_fills created_at finished_at',
      without: { internal: 'parts' },
    },
    backtest_parts: { columns: 'backtest_id what part items' },
    sweeps: {
      columns: 'id status failure work combinations refused runs done results created_at finished_at',
      without: { internal: 'content_hash', listed: 'every_result' },
    },
    candle_uploads: {
      columns: 'id status bytes added replaced report failure created_at finished_at',
      without: { internal: 'work person attempt' },
    },
  },
  without: {
    ...UPKEEP,
    candle_upload_parts: 'a file that is being received',
    imported_chunks: 'candles that the organisation brought itself, packed: GET /api/v1/candles lists them',
  },
  moves: {
    tables:
      'entitlements markets imported_chunks bots profit_days trades orders fills ledger backtests backtest_parts sweeps ' +
      'candle_uploads candle_upload_parts',
    queues: 'bot_leases work_queue',
    stays: {
      ...STAYS,
    },
  },
};
