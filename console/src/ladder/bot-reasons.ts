import type { Halt, Waiting } from '@tidegate/client';
import { ifTranslated, t } from '../kernel/strings.ts';

const WORDS: Record<Halt['reason'], string> = {
  contradictoryReports:
    'The exchange’s reports contradict each other, so nothing more is decided: look into its orders.',
  ordersRejected: 'The exchange refuses its orders for good: look at the last of them.',
  positionChanged: 'The exchange has another position than the bot knows: somebody else trades it.',
  cannotRun: 'It failed many times in a row; the log of the service says why.',
  moved: 'It was moved here from another installation: start it once it does not run there any more.',
};

/** Why it was halted: in its own words where they are in the reader's language, else by the reason. */
export const haltText = ({ reason, message }: Halt): string => ifTranslated(message) ?? t(WORDS[reason]);

export const waitingText = ({ message }: Waiting): string => ifTranslated(message) ?? message;
