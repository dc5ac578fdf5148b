/** The source of events that are the difference a correction makes. No service and no customer reports with it. */
export const CORRECTION = 'correction';

/** Why an event of a meter of unique, largest or newest values is not taken back, and what helps. */
export const NOT_ADDED_UP =
  'none has a share of its own in what is counted, so what it counted stays until its window ends. Report what is right from ' +
  'now on; what was charged for it is given back by a credit note.';
