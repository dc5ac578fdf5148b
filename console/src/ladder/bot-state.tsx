import type { Bot } from '@tidegate/client';
import { type Mark, StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

const MARKS: Record<Bot['status'], Mark> = {
  running: 'ok',
  stopped: 'paused',
  stopping: 'pending',
  halted: 'critical',
};
const WORDS: Record<Bot['status'], string> = {
  running: 'Running',
  stopped: 'Stopped',
  stopping: 'Finishing its trade',
  halted: 'Halted',
};

export const STATES = Object.entries(WORDS) as [Bot['status'], string][];

export const BotState = ({ status }: { status: Bot['status'] }) => (
  <StateMark mark={MARKS[status]}>{t(WORDS[status])}</StateMark>
);
