import { Injectable } from '@nestjs/common';
import { wrongCredentials } from '@tidegate/contracts/identity/sessions';
import { Log } from '@tidegate/telemetry/log';
import { type Attempt, subjectsOf } from './login-throttle.rules.ts';

/** Attackers decide how many there are: at most so many lines a second, the rest only as a number. */
const LINES_A_SECOND = 50;

/** One line each, to find guessers: what identifies them, and nothing that they typed. */
@Injectable()
export class LogInRefusals {
  private second = 0;
  private lines = 0;

  private onWrong: (userId: string, address: string | undefined) => void = () => {};

  constructor(private readonly log: Log) {}

  /** Called for each wrong password of an account that there is. */
  onWrongPassword(listener: (userId: string, address: string | undefined) => void): void {
    this.onWrong = listener;
  }

  report({ email, ip }: Attempt, error: unknown, userId?: string): void {
    if (userId && (error as { code?: unknown }).code === wrongCredentials.code) this.onWrong(userId, ip);
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
