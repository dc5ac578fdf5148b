/** The source of events that are the difference a correction makes. No service and no customer reports with it. */
export const CORRECTION = 'correction';
