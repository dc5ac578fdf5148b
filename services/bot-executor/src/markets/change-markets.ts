import { Controller } from '@nestjs/common';
import {
  createMarket,
  deleteMarket,
  type Market,
  marketInUse,
  tooManyVersions,
  updateMarket,
} from '@tidegate/contracts/bot-executor/markets';
import { conflict, invalid, notFound } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findMarket } from './built-in-markets.ts';
import {
  deleteOwnMarket,
  findOwnMarket,
  insertMarket,
  isInUse,
  listOwnMarkets,
  lockMarketsSoon,
  toWire,
} from './market.rows.ts';
import { type MarketRules, type MarketTerms, rulesOf, termsOf, toLots } from './markets.rules.ts';

const MAX_VERSIONS = 200;

/** An organisation's own markets. A version is never changed: another one is added, and what was run keeps its own. */
@Controller()
export class ChangeMarkets {
  constructor(private readonly entitlements: Entitlements) {}

  @Handles(createMarket)
  async create({ input, tx }: OperationContext<typeof createMarket>): Promise<Market> {
    await lockMarketsSoon(tx);
    const own = await listOwnMarkets(tx);
    if (findMarket(input.market) || own.some(({ market }) => market === input.market))
      throw conflict({}, `There is already a market ${input.market}. Choose another name.`);
    await this.entitlements.claim(tx, 'markets', async () => own.length);
    return added(tx, { ...input, version: 1, bundled: false });
  }

  @Handles(updateMarket)
  async update({ input: { market, ...changes }, tx, refuse }: OperationContext<typeof updateMarket>): Promise<Market> {
    await lockMarketsSoon(tx);
    const before = await ownOf(tx, market);
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const terms: MarketTerms = { ...termsOf(before), ...given };
    if (JSON.stringify(terms) === JSON.stringify(termsOf(before))) return toWire(before, true);
    const after = rulesOf(terms);
    // Amounts of bots stay whole numbers of what they are counted in.
    if (toLots(after, before.lotSize) === undefined) {
      const text = 'It may only get finer: {before} must be a multiple of it. Otherwise create another market.';
      throw invalid('/lotSize', 'not_finer', text, { before: before.lotSize });
    }
    if (before.version >= MAX_VERSIONS)
      throw refuse(
        tooManyVersions,
        { limit: MAX_VERSIONS },
        'It has reached the limit of versions. Create another market.',
      );
    return added(tx, { ...terms, version: before.version + 1 });
  }

  @Handles(deleteMarket)
  async delete({ input: { market }, tx, refuse }: OperationContext<typeof deleteMarket>) {
    await lockMarketsSoon(tx);
    await ownOf(tx, market);
    if (await isInUse(tx, market)) throw refuse(marketInUse, {}, 'Delete its candles and its bots first.');
    await deleteOwnMarket(tx, market);
    return {};
  }
}

async function added(tx: Tx, terms: MarketTerms): Promise<Market> {
  const rules = rulesOf(terms);
  await insertMarket(tx, terms);
  return toWire(rules, true);
}

async function ownOf(tx: Tx, name: string): Promise<MarketRules> {
  const market = await findOwnMarket(tx, name);
  if (market) return market;
  if (findMarket(name))
    throw conflict({}, 'This market comes with Tidegate. Create one of your own: POST /api/v1/markets');
  throw notFound();
}
