/** A turn that takes longer than this, where the others take a fraction of a second, is one of a server that hangs. */
const SLOW_MS = 5_000;
/** How many good turns in a row make up for a bad one. */
const PROBATION = 3;

/** Whether a server is expected to finish its turn soon: not when it is new, nor when it hung or failed. */
export class Standing {
  private good = 0;
  private enough = 1;

  get doubtful(): boolean {
    return this.good < this.enough;
  }

  turned(well: boolean, ms: number): void {
    if (well && ms < SLOW_MS) this.good += 1;
    else [this.good, this.enough] = [0, PROBATION];
  }
}
