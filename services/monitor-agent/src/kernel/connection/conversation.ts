import { ConnectionFailed } from './connection-failure.rules.ts';
import { Login, type LoginPolicy } from './login.ts';
import {
  checkErrorFields,
  checkHeader,
  checkRow,
  checkTexts,
  countFields,
  HEADER,
  MESSAGE,
  malformed,
} from './message-framing.rules.ts';

/*
 * What a server may say at this point of the conversation, and no more: the driver takes what comes for an answer to
 * whatever it asked last.
 *
 *   login ──logged in──► settling ──ready──► idle ──a query was sent──► answering ──ready──► idle
 *
 * An answer is: parsed?, bound?, fields or no data, rows, complete (or an error anywhere), ready; one for every query
 * that was sent. Copies, notifications and portals that pause belong to nothing that is ever asked here. Notices and
 * changed settings may come at any time, but only so many of them; an error that answers no query is the last word.
 */
const MAX_NOTICES = 300;
export const MAX_ROWS = 200_000;
/** What a row and a value cost in memory besides their bytes. */
const ROW_BYTES = 64;
const VALUE_BYTES = 24;

const SYNC = 'S'.charCodeAt(0);
const QUERY = 'Q'.charCodeAt(0);
const PASSWORD = 'p'.charCodeAt(0);

type Phase = 'login' | 'settling' | 'idle' | 'begun' | 'rows' | 'done' | 'failed' | 'over';

export class Conversation {
  /** Roughly what the messages since this was last read take in memory besides their bytes once they are parsed. */
  weight = 0;
  private readonly login: Login;
  private phase: Phase = 'login';
  private owed = 0;
  private notices = 0;
  private fields = 0;
  private rows = 0;
  private prepared = 0;

  constructor(policy: LoginPolicy) {
    this.login = new Login(policy);
  }

  /** Nothing may follow any more. */
  get over(): boolean {
    return this.phase === 'over';
  }

  /** The first byte of each message that our side sends is its kind. */
  sent(kind: number | undefined): void {
    if (kind === PASSWORD) this.login.answered();
    if (kind !== SYNC && kind !== QUERY) return;
    this.owed += 1;
    this.notices = 0;
    if (this.phase === 'idle') this.begin();
  }

  header(type: number, length: number): void {
    if (this.phase === 'login' && !this.login.begun && !(GREETINGS.has(type) && length < ANY_TEXT)) {
      throw new ConnectionFailed('not_postgresql');
    }
    checkHeader(type, length);
  }

  /** One whole message, from its kind on. Throws when it must not come, or is not what it says. */
  received(bytes: Buffer, at: number, end: number): void {
    if (this.phase === 'over') throw malformed();
    const type = bytes[at] as number;
    const body = at + HEADER;
    switch (type) {
      case MESSAGE.row:
        this.row(bytes, body, end);
        break;
      case MESSAGE.error:
        checkErrorFields(bytes, body, end, true);
        this.phase = ANSWERING.has(this.phase) ? 'failed' : 'over';
        break;
      case MESSAGE.notice:
        checkErrorFields(bytes, body, end);
        this.notice();
        break;
      case MESSAGE.parameterStatus:
        must(this.phase !== 'login');
        checkTexts(bytes, body, end, 2);
        this.notice();
        break;
      case MESSAGE.authentication:
        must(this.phase === 'login');
        if (this.login.received(bytes, body, end)) this.phase = 'settling';
        break;
      case MESSAGE.keyData:
        must(this.phase === 'settling');
        this.notice();
        break;
      case MESSAGE.ready:
        this.ready();
        break;
      case MESSAGE.complete:
        must(this.phase === 'begun' || this.phase === 'rows');
        checkTexts(bytes, body, end, 1);
        this.phase = 'done';
        break;
      case MESSAGE.fields:
        must(this.phase === 'begun');
        this.fields = countFields(bytes, body, end);
        this.weight += this.fields * ROW_BYTES;
        this.phase = 'rows';
        break;
      default:
        // Parsed, bound, no data: each once at the most, before anything else of the answer.
        this.prepared += 1;
        must(this.phase === 'begun' && this.prepared <= 3);
    }
  }

  private row(bytes: Buffer, from: number, end: number): void {
    must(this.phase === 'rows' && this.rows < MAX_ROWS);
    checkRow(bytes, from, end, this.fields);
    this.rows += 1;
    this.weight += ROW_BYTES + this.fields * VALUE_BYTES;
  }

  private ready(): void {
    must(this.phase === 'settling' || this.phase === 'done' || this.phase === 'failed');
    if (this.phase !== 'settling') this.owed -= 1;
    this.phase = 'idle';
    if (this.owed > 0) this.begin();
  }

  private begin(): void {
    this.phase = 'begun';
    this.rows = 0;
    this.prepared = 0;
  }

  private notice(): void {
    this.notices += 1;
    must(this.notices <= MAX_NOTICES);
  }
}

function must(allowed: boolean): void {
  if (!allowed) throw malformed();
}

/** Where an error is an answer; also behind the last row, when the end of the transaction fails. */
const ANSWERING: ReadonlySet<Phase> = new Set(['begun', 'rows', 'done']);

/** Four letters, read as a length, are more: what speaks first is another protocol. */
const ANY_TEXT = 0x20_00_00_00;
/** With which PostgreSQL greets: an error, a notice, or the way to log in. */
const GREETINGS: ReadonlySet<number> = new Set([MESSAGE.authentication, MESSAGE.error, MESSAGE.notice]);
