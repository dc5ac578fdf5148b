/** In a narrow window the navigation is a bar that is moved along: where one is stands in the middle of it. */
export function keepCurrentShown(bar: HTMLElement | null, pathname: string): (() => void) | undefined {
  if (!bar) return undefined;
  const watcher = new ResizeObserver(() => {
    const current = [...bar.querySelectorAll('a')].findLast((link) => pathname.startsWith(link.pathname));
    if (!current) return;
    const [inner, outer] = [current.getBoundingClientRect(), bar.getBoundingClientRect()];
    bar.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2);
  });
  watcher.observe(bar);
  return () => watcher.disconnect();
}
