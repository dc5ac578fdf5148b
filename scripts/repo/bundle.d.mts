interface Part {
  name: string;
  bytes: number;
  withCharts: number;
}
export interface Bundle {
  firstLoad: number;
  firstStyles: number;
  firstFiles: { file: string; bytes: number }[];
  tooEarly: string[];
  routes: Part[];
  all: number;
}
interface Chunk {
  file: string;
  imports?: string[];
  css?: string[];
  isDynamicEntry?: boolean;
}
export const LIMITS: { firstLoad: number; firstStyles: number; route: number; all: number };
export function readBundle(root: string): Bundle | undefined;
export function measure(given: {
  manifest: Record<string, Chunk>;
  packages: Record<string, string[]>;
  sizeOf: (file: string) => number;
  all: number;
}): Bundle;
export function bundleFaults(bundle: Bundle | undefined): { rule: string; path: string; message: string }[];
export function checkBundle(root: string): { rule: string; path: string; message: string }[];
