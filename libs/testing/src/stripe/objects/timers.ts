/** Something that happens by itself. Of one instant the lower rank goes first. */
export interface Timer {
  at: number;
  rank: number;
  run: () => void;
}
