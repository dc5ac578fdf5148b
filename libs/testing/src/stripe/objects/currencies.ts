import { invalid } from '../kernel/refusal.ts';

const KNOWN = new Set(
  (
    'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf ' +
    'clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk htg huf idr ils ' +
    'inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk ' +
    'mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp ' +
    'sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw'
  ).split(' '),
);

/** What its partners take: of three digits behind the point the last is 0. */
const OF_THREE = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd']);

export function refuseAmount(amount: number | undefined, currency: string, param: string): void {
  if (amount === undefined || !OF_THREE.has(currency) || amount % 10 === 0) return;
  const message = `Invalid ${param}: amounts in ${currency} must be evenly divisible by 10.`;
  throw invalid(message, param, 'parameter_invalid_integer');
}

export function currencyOf(given: string, param = 'currency'): string {
  const currency = given.toLowerCase();
  if (!KNOWN.has(currency)) throw invalid(`Invalid currency: ${currency}.`, param);
  return currency;
}
