import { Injectable } from '@nestjs/common';
import { Log } from '@tidegate/telemetry/log';
import { subjectsOf, type Try } from './login-throttle.rules.ts';

/** Strangers choose how many there are: so many lines a second, the rest is told as a number. */
const LINES_A_SECOND = 50;

/** One line each, for whoever looks for guessers: by what is known of them, and without what they typed. */
@Injectable()
export class RefusedLogIns {
  private second = 0;
  private lines = 0;

  constructor(private readonly log: Log) {}

  tell({ email, ip }: Try, error: unknown, userId?: string): void {
    const second = Math.floor(Date.now() / 1_000);
    if (second !== this.second) {
      const left = this.lines - LINES_A_SECOND;
      if (left > 0) this.log.warn({ requests: left }, 'Log-ins were refused that are not told one by one');
      [this.second, this.lines] = [second, 0];
    }
    this.lines += 1;
    if (this.lines > LINES_A_SECOND) return;
    const account = subjectsOf(email, ip).account.slice(0, 24);
    this.log.warn({ ip, account, userId, code: (error as { code?: unknown }).code }, 'A log-in was refused');
  }
}
