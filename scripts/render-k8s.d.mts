export const OVERLAYS: readonly string[];
export function renderedFile(overlay: string): string;
export function render(overlay: string): string | undefined;
