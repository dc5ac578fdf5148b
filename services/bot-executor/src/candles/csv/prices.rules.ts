import { MAX_TICKS } from '../../kernel/candle-series.rules.ts';
import { excerpt } from './columns.rules.ts';

/*
 * Prices as files write them, exactly: never through floating point. A file has one decimal mark. A comma may be that,
 * or separate thousands (1,234): if every comma of a file is followed by exactly three digits, the file is refused
 * until the import says which it is.
 */
const PRICE = /^\+?(\d{1,15})(?:([.,])(\d{1,30}))?(?:e([+-]?\d{1,2}))?$/i;
/** Beyond it whole numbers are no longer exact. */
const EXACT_DIGITS = 15;

export type Mark = 'point' | 'comma';

export class PriceReader {
  /** The mark in the prices so far, if any has one. */
  mark: Mark | undefined;
  /** A comma stood before more or fewer than three digits, so commas do not separate thousands. */
  private certain = false;
  private commas = false;
  private readonly given: Mark | undefined;
  private readonly tickSize: string;
  private readonly nearest: boolean;
  private readonly exactTick: bigint;
  /** NaN where a number would not be exact. */
  private readonly tick: number;
  private readonly decimals: number;

  /** `nearest`: prices between two ticks are rounded. */
  constructor(tickSize: string, options: { mark: Mark | undefined; nearest: boolean }) {
    this.given = options.mark;
    this.tickSize = tickSize;
    this.nearest = options.nearest;
    const [whole = '0', fraction = ''] = tickSize.split('.');
    this.exactTick = BigInt(whole + fraction);
    this.tick = this.exactTick <= Number.MAX_SAFE_INTEGER ? Number(this.exactTick) : Number.NaN;
    this.decimals = fraction.length;
  }

  /** Whether the commas may separate thousands. */
  get doubtful(): boolean {
    return this.commas && !this.certain && this.given === undefined;
  }

  /** Whole ticks, negative if they were rounded, or what is wrong with the price. */
  read(text: string): number | string {
    const [all, whole = '', sign, fraction = '', power = '0'] = PRICE.exec(text) ?? [];
    if (all === undefined) return `"${excerpt(text)}" is not a price.`;
    if (sign !== undefined) {
      const wrong = this.note(sign === ',' ? 'comma' : 'point', whole, fraction);
      if (wrong) return `"${excerpt(text)}" ${wrong}`;
    }
    const digits = (whole + fraction).replace(/^0+(?=\d)/, '');
    const ticks = this.ticks(digits, this.decimals - fraction.length + Number(power));
    if (ticks === undefined) {
      return `${text} is not a whole number of ticks of ${this.tickSize}. Round it (rounding: nearest), or import it into a market of your own with a finer tick.`;
    }
    if (ticks === 0) return digits === '0' ? 'A price must be above zero.' : `${text} rounds to zero.`;
    return Math.abs(ticks) < MAX_TICKS ? ticks : `${text} is more than this market's prices can be.`;
  }

  private note(mark: Mark, whole: string, fraction: string): string | undefined {
    const expected = this.given ?? this.mark;
    if (expected !== undefined && expected !== mark)
      return `does not have the decimal mark of the file, a ${expected}.`;
    this.mark = mark;
    if (mark === 'comma') {
      this.commas = true;
      if (fraction.length !== 3 || whole.length > 3 || whole === '0') this.certain = true;
    }
    return undefined;
  }

  /** digits × 10^power, counted in the tick's last decimal, over the tick. */
  private ticks(digits: string, power: number): number | undefined {
    if (power >= 0 && digits.length + power <= EXACT_DIGITS) {
      const units = Number(digits) * 10 ** power;
      if (units % this.tick === 0) return units / this.tick;
    }
    const up = power > 0 ? BigInt(digits) * 10n ** BigInt(power) : BigInt(digits);
    const under = this.exactTick * (power < 0 ? 10n ** BigInt(-power) : 1n);
    if (up % under === 0n) return Number(up / under);
    return this.nearest ? -Number((2n * up + under) / (2n * under)) : undefined;
  }
}
