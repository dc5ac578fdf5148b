export type Turn = { release(): void; holder?: undefined } | { release?: undefined; holder: number };
export function beginOf(pid: number): string | undefined;
export function commandOf(pid: number): string;
export function holders(folder: string, prefix: string, mine?: string[]): number[];
export function tryTurn(folder: string, prefix: string): Turn;
export function takeTurn(folder: string, prefix: string, options?: { tries?: number }): Turn;
export function sleep(ms: number): void;
