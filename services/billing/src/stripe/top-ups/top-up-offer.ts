import type { Tx } from '@tidegate/database/tx';
import { currencyOf } from '../../kernel/currency.rows.ts';
import { requireCatalogue } from '../../plans/catalogue.rows.ts';
import type { PackageDefinition } from '../../plans/catalogue-model.rules.ts';

export interface TopUpOffer {
  pack: PackageDefinition;
  currency: string;
  /** Of one package. */
  priceMinor: number;
}

/** The package as it is sold to an organisation now; undefined: it is not, or not in its currency. */
export async function findTopUpOffer(tx: Tx, orgId: string, key: string): Promise<TopUpOffer | undefined> {
  const catalogue = await requireCatalogue(tx);
  const currency = (await currencyOf(tx, orgId)) ?? catalogue.currency;
  const pack = catalogue.packages.find((one) => one.package === key && one.offered);
  const priceMinor = pack?.prices.find((one) => one.currency === currency)?.amountMinor;
  return pack && priceMinor ? { pack, currency, priceMinor } : undefined;
}
