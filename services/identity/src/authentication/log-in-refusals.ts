import { Injectable } from '@nestjs/common';
import { Log } from '@tidegate/telemetry/log';
import { type Attempt, subjectsOf } from './login-throttle.rules.ts';

/** Attackers decide how many there are: at most so many lines a second, the rest only as a number. */
const LINES_A_SECOND = 50;

/** One line each, to find guessers: what identifies them, and nothing that they typed. */
@Injectable()
export class LogInRefusals {
  private second = 0;
  private lines = 0;

  constructor(private readonly log: Log) {}

  report({ email, ip }: Attempt, error: unknown, userId?: string): void {
    const second = Math.floor(Date.now() / 1_000);
    if (second !== this.second) {
      const omitted = this.lines - LINES_A_SECOND;
      if (omitted > 0) this.log.warn({ requests: omitted }, 'More log-ins were refused than are logged individually');
      [this.second, this.lines] = [second, 0];
    }
    this.lines += 1;
    if (this.lines > LINES_A_SECOND) return;
    const account = subjectsOf(email, ip).account.slice(0, 24);
    this.log.warn({ ip, account, userId, code: (error as { code?: unknown }).code }, 'A log-in was refused');
  }
}
