import fc from 'fast-check';
import { smaller } from '../prices/rounding.rules.ts';
import { creditedTax, type TaxTerms, taxOf, taxOn } from './tax.rules.ts';

const TERMS: TaxTerms = { name: 'VAT', rate: '19', countries: undefined, reverseCharge: new Set(['AT', 'FR']) };
const at = (rate: string) => ({ name: 'VAT', rate, reverseCharge: false });

test('the tax of a line is exact, rounded once, halves away from zero', () => {
  expect(taxOn(2_900n, at('19'))).toBe(551n);
  expect(taxOn(10n, at('25'))).toBe(3n);
  expect(taxOn(-10n, at('25'))).toBe(-3n);
  expect(taxOn(1_000n, at('8.1'))).toBe(81n);
  expect(taxOn(12_345_678_901_234_567n, at('7.775'))).toBe(959_876_534_570_988n);
  expect(taxOn(1n, at('0'))).toBe(0n);
  expect(taxOn(100n, null)).toBe(0n);
});

test('who pays it is decided by country and tax number; who has named no country pays', () => {
  const to = (country: string | null, taxId: string | null = null, terms: TaxTerms | undefined = TERMS) =>
    taxOf(terms, { country, taxId });
  expect(taxOf(undefined, { country: 'DE', taxId: null })).toBe(null);
  expect(to(null)).toEqual(at('19'));
  expect(to('DE', 'DE123')).toEqual(at('19'));
  expect(to('AT')).toEqual(at('19'));
  expect(to('AT', 'ATU123')).toEqual({ name: 'VAT', rate: '0', reverseCharge: true });
  const some = { ...TERMS, countries: new Set(['DE']) };
  expect(to('US', null, some)).toBe(null);
  expect(to(null, null, some)).toEqual(at('19'));
  expect(to('FR', 'FR1', some)).toMatchObject({ reverseCharge: true });
});

test('what credits give back of the tax adds up to all of it, and never to more', () => {
  fc.assert(
    fc.property(
      fc.bigInt(1n, 10_000_000n),
      fc.bigInt(0n, 10_000_000n),
      fc.array(fc.bigInt(1n, 1_000_000n), { maxLength: 8 }),
      (net, tax, credits) => {
        const total = net + tax;
        let [credited, before] = [0n, 0n];
        for (const one of credits) {
          credited = smaller(credited + one, total);
          const now = creditedTax({ tax, total, credited });
          expect(now >= before && now <= tax).toBe(true);
          before = now;
        }
        expect(creditedTax({ tax, total, credited: total })).toBe(tax);
      },
    ),
  );
});
