import { ConnectionFailed } from './connection-failure.rules.ts';
import { checkMechanisms, malformed } from './message-framing.rules.ts';

/*
 * How we prove to a server that we know the password, step by step. What a step reveals decides who may see it: the
 * password itself and its MD5, with which anybody can log in, go only to a server that has proved its identity. SCRAM
 * reveals nothing to a server that does not know the password, but with few rounds it can be guessed; and in its last
 * step the server proves that it knows the password too, so that step is never skipped.
 */
export interface LoginPolicy {
  /** Whether there is one at all. */
  password: boolean;
  cleartext: boolean;
  md5: boolean;
}

const OK = 0;
const CLEARTEXT = 3;
const MD5 = 5;
const SASL = 10;
const SASL_GOES_ON = 11;
const SASL_ENDS = 12;

/** What RFC 7677 demands at the least, and PostgreSQL's own default; the most is the driver's. */
const LEAST_ROUNDS = 4_096;
const MOST_ROUNDS = 100_000;
/** As PostgreSQL writes it, to the letter: of two numbers of rounds the driver would take the other one. */
const CHALLENGE = /^r=[!-+\--~]+,s=[A-Za-z0-9+/=]+,i=([1-9]\d{0,8})$/;

export class Login {
  /** The server has said something that belongs to a log-in. */
  begun = false;
  private step: number | undefined;
  /** The server waits for a word of ours. */
  awaited = false;
  private readonly policy: LoginPolicy;

  constructor(policy: LoginPolicy) {
    this.policy = policy;
  }

  answered(): void {
    this.awaited = false;
  }

  /** Answers whether that was the last step. */
  received(bytes: Buffer, from: number, end: number): boolean {
    const next = bytes.readInt32BE(from);
    const rest = from + 4;
    this.begun = true;
    // Nothing may come before our word: the driver would go on without it.
    if (this.awaited) throw malformed();
    this.check(next, bytes, rest, end);
    const before = this.step;
    this.step = next;
    this.awaited = next !== OK && next !== SASL_ENDS;
    if (next === OK) must(before === undefined || ENDS.has(before));
    else if (next === SASL_GOES_ON) must(before === SASL);
    else if (next === SASL_ENDS) must(before === SASL_GOES_ON);
    else must(before === undefined);
    return next === OK;
  }

  private check(next: number, bytes: Buffer, from: number, end: number): void {
    const length = end - from;
    if (ASKS_PASSWORD.has(next) && !this.policy.password) throw new ConnectionFailed('password_needed');
    switch (next) {
      case OK:
        must(length === 0);
        break;
      case CLEARTEXT:
        must(length === 0);
        if (!this.policy.cleartext) throw new ConnectionFailed('cleartext_refused');
        break;
      case MD5:
        must(length === 4);
        if (!this.policy.md5) throw new ConnectionFailed('md5_refused');
        break;
      case SASL:
        checkMechanisms(bytes, from, end);
        break;
      case SASL_GOES_ON:
        checkRounds(bytes.toString('latin1', from, end));
        break;
      case SASL_ENDS:
        must(length > 0);
        break;
      default:
        // Kerberos, GSSAPI, SSPI and whatever comes after them.
        throw new ConnectionFailed('authentication_unsupported');
    }
  }
}

const ASKS_PASSWORD: ReadonlySet<number> = new Set([CLEARTEXT, MD5, SASL]);

function must(allowed: boolean): void {
  if (!allowed) throw malformed();
}

/** After which the server may say that we are in. */
const ENDS: ReadonlySet<number> = new Set([CLEARTEXT, MD5, SASL_ENDS]);

function checkRounds(challenge: string): void {
  const rounds = Number(CHALLENGE.exec(challenge)?.[1]);
  if (!rounds || rounds > MOST_ROUNDS) throw malformed();
  if (rounds < LEAST_ROUNDS) throw new ConnectionFailed('scram_too_weak');
}
