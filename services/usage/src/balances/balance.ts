/** What counts against a limit at one moment. */
export interface Balance {
  used: number;
  /** Lent and not yet reported. */
  reserved: number;
}
