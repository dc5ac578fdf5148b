/*
 * ISO 4217: how many digits of an amount stand behind the point. Money is an integer of the smallest unit. Without a schema, so that a page
 * need not load one to show an amount.
 */
const OF_ZERO = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF';
const OF_TWO =
  'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC ' +
  'CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES ' +
  'KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR ' +
  'NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT ' +
  'TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG';
const OF_THREE = 'BHD IQD JOD KWD LYD OMR TND';
const OF_FOUR = 'CLF UYW';

const EXPONENTS: ReadonlyMap<string, number> = new Map(
  [[OF_ZERO, 0] as const, [OF_TWO, 2] as const, [OF_THREE, 3] as const, [OF_FOUR, 4] as const].flatMap(
    ([codes, exponent]) => codes.split(' ').map((code) => [code, exponent] as const),
  ),
);

/** All currencies. */
export const CURRENCIES: readonly string[] = [...EXPONENTS.keys()];

export const isCurrency = (code: string): boolean => EXPONENTS.has(code);

/** Digits behind the point: 2 for EUR, 0 for JPY, 3 for KWD. */
export function exponentOf(currency: string): number {
  const exponent = EXPONENTS.get(currency);
  if (exponent === undefined) throw new RangeError(`${currency} is no currency of ISO 4217.`);
  return exponent;
}

/** Minor units as an exact decimal of whole ones: digits are only moved behind the point. 4900 and USD are `49.00`, -5 is `-0.05`. */
export function majorOf(minor: number | bigint, currency: string): string {
  const digits = exponentOf(currency);
  const text = String(minor < 0 ? -minor : minor).padStart(digits + 1, '0');
  const unsigned = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return minor < 0 ? `-${unsigned}` : unsigned;
}
