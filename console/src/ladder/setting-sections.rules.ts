import type { BotSettings, DcaSettings, MartingaleEmaSettings } from '@tidegate/client';
import type { SettingsForm } from './settings-form.rules.ts';

export type Strategy = NonNullable<BotSettings['strategy']>;

/** A setting as a form asks for it: a decimal, unless it says otherwise. */
export interface Field {
  /** Where the API has it. */
  place: string;
  /** What it does, in a sentence. */
  text: string;
  /** An amount in the currency of the market. */
  money?: true;
  whole?: true;
  yes?: true;
  choices?: readonly string[];
  /** There is no order or no trade without it. */
  needed?: true;
  /** It says nothing while that one is empty. */
  within?: string;
}

export interface Section {
  title: string;
  fields: readonly Field[];
}

/* What can be chosen is as the contract says it: a word that is missing or too many does not compile. */
const chosen = <T extends string | number>(all: Record<T, true>): readonly string[] => Object.keys(all);
const DIRECTIONS = chosen<DcaSettings['direction']>({ long: true, short: true });
const STEPS_FROM = chosen<DcaSettings['averagingOrders']['deviationFrom']>({ base: true, lastFill: true });
const PROFIT_OF = chosen<DcaSettings['takeProfit']['basis']>({ average: true, base: true });
const LOSS_FROM = chosen<NonNullable<DcaSettings['stopLoss']>['basis']>({ base: true, average: true, lastFill: true });
const HOURS = chosen<MartingaleEmaSettings['futures']['fundingEveryHours']>({ 1: true, 2: true, 4: true, 8: true });
export const STRATEGIES = chosen<Strategy>({ dca: true, 'martingale-ema': true });

/** Of every strategy. */
export const MARKET: Field = {
  place: 'market',
  text: 'What is traded, and in which currency it is paid.',
  needed: true,
};
export const DIRECTION: Field = {
  place: 'direction',
  text: 'Long earns when the price rises, short when it falls.',
  choices: DIRECTIONS,
  needed: true,
};

/** Parts of a take profit; they are a list of their own. */
export const STEPS: Field = {
  place: 'takeProfit.steps',
  text: 'Parts of the position that are sold before, nearest first.',
};

const FUNDING: readonly Field[] = [
  {
    place: 'futures.fundingRatePercent',
    text: 'What holding is assumed to cost each time: above zero a long pays it and a short receives it.',
    within: 'futures.leverage',
  },
  {
    place: 'futures.fundingEveryHours',
    text: 'How often that is paid.',
    whole: true,
    choices: HOURS,
    within: 'futures.leverage',
  },
];

/** The first section is what most people set; the others are folded. */
export const SECTIONS: Record<Strategy, readonly Section[]> = {
  dca: [
    {
      title: 'Orders and exits',
      fields: [
        { place: 'baseOrder', text: 'With how much a trade begins.', money: true, needed: true },
        {
          place: 'averagingOrders.count',
          text: 'How many more orders follow when the price goes the wrong way; 0 is none.',
          whole: true,
          needed: true,
        },
        { place: 'averagingOrders.size', text: 'How much the first of them is.', money: true, needed: true },
        {
          place: 'averagingOrders.deviationPercent',
          text: 'How far the price has to go the wrong way for the first of them.',
          needed: true,
        },
        {
          place: 'averagingOrders.stepScale',
          text: 'Above 1 each distance is longer than the one before; at 1 all are the same.',
          needed: true,
        },
        {
          place: 'averagingOrders.volumeScale',
          text: 'Above 1 each order is larger than the one before; at 1 all are the same.',
          needed: true,
        },
        { place: 'takeProfit.percent', text: 'At this profit the trade is closed.', needed: true },
        { place: 'stopLoss.percent', text: 'At this loss the trade ends; empty: never.' },
      ],
    },
    {
      title: 'More about averaging orders',
      fields: [
        {
          place: 'averagingOrders.deviationFrom',
          text: 'From the first order on all are placed together; from the order before on, one after the other.',
          choices: STEPS_FROM,
        },
        {
          place: 'averagingOrders.activeLimit',
          text: 'The next one is placed when one of them was filled; empty: all wait together.',
          whole: true,
        },
      ],
    },
    {
      title: 'More about the take profit',
      fields: [
        {
          place: 'takeProfit.basis',
          text: 'The profit is a part of what all orders of the trade cost, or of the size of the first one alone.',
          choices: PROFIT_OF,
        },
        {
          place: 'takeProfit.includeFees',
          text: 'The profit is what is left after the fees of buying and of selling.',
          yes: true,
        },
        {
          place: 'takeProfit.trailingPercent',
          text: 'Nothing is sold at the take profit yet: the exit follows the best price this far behind; empty: it is sold there.',
        },
        STEPS,
      ],
    },
    {
      title: 'More about the stop loss',
      fields: [
        {
          place: 'stopLoss.basis',
          text: 'From where on the loss is counted.',
          choices: LOSS_FROM,
          within: 'stopLoss.percent',
        },
        {
          place: 'stopLoss.breakEvenAtPercent',
          text: 'Once the trade was this far in profit, the stop stands where both fees are paid; empty: it stays.',
          within: 'stopLoss.percent',
        },
        {
          place: 'stopLoss.timeoutSeconds',
          text: 'The trade ends only when the price has been beyond the stop for so long; empty: at once.',
          whole: true,
          within: 'stopLoss.percent',
        },
      ],
    },
    {
      title: 'When a trade may begin',
      fields: [
        {
          place: 'cooldownSeconds',
          text: 'After a trade it waits so long for the next one; empty: not at all.',
          whole: true,
        },
        { place: 'maxTrades', text: 'After so many it opens no other; empty: there is no end.', whole: true },
        { place: 'minPrice', text: 'While the price is lower it opens none; empty: at any price.', money: true },
        { place: 'maxPrice', text: 'While the price is higher it opens none; empty: at any price.', money: true },
      ],
    },
    {
      title: 'Borrowed money',
      fields: [
        {
          place: 'futures.leverage',
          text: 'At 5, every 100 of its own trade as 500 and are lost when the price goes about 20 % the wrong way; empty: nothing is borrowed.',
        },
        ...FUNDING,
      ],
    },
  ],
  'martingale-ema': [
    {
      title: 'Money and exits',
      fields: [
        {
          place: 'balance',
          text: 'With how much it begins; what it earns is added.',
          money: true,
          needed: true,
        },
        {
          place: 'futures.leverage',
          text: 'At 5, every 100 of margin trade as 500 and are lost when the price goes about 20 % the wrong way.',
          needed: true,
        },
        {
          place: 'openPercent',
          text: 'How much of the balance the first order of a trade takes as its margin.',
          needed: true,
        },
        { place: 'maxMarginPercent', text: 'No order raises the margin above this part of the balance.', needed: true },
        {
          place: 'closeAtReturnPercent',
          text: 'At this profit on its margin the whole trade is closed.',
          needed: true,
        },
      ],
    },
    { title: 'Costs of borrowed money', fields: FUNDING },
  ],
};

/** In the order in which the form has them. */
export const fieldsOf = (strategy: Strategy): readonly Field[] => [
  MARKET,
  DIRECTION,
  ...SECTIONS[strategy].flatMap(({ fields }) => fields),
];

/** Where the form of these settings has a field, as the API names it. */
export const placesOf = ({ strategy, takeProfit: { steps } }: SettingsForm): string[] => [
  'strategy',
  ...fieldsOf(strategy).map(({ place }) => place),
  ...(strategy === 'dca'
    ? steps.flatMap((_, at) => [`${STEPS.place}.${at}.percent`, `${STEPS.place}.${at}.sharePercent`])
    : []),
];
