import type { Page } from 'playwright-core';

/** Pages that are no routes. */
const BESIDE = ['no such page', '/docs', '/status'];

/** Which pages were judged: of the console, by the routes that it has itself, so that none is left out. */
export class JudgedPages {
  private readonly known = new Set<string>(BESIDE);
  private readonly judged = new Set<string>();

  async note(page: Page): Promise<void> {
    const { routes, here } = (await page.evaluate(`(() => {
      const router = globalThis.__TSR_ROUTER__;
      if (!router) return { routes: [], here: location.pathname };
      const routes = Object.values(router.routesById).filter(({ children }) => !children).map(({ id }) => id);
      const here = router.state.matches.at(-1)?.routeId;
      return { routes, here: routes.includes(here) ? here : 'no such page' };
    })()`)) as { routes: string[]; here: string };
    for (const route of routes) this.known.add(route);
    this.judged.add(here);
  }

  missing(): string[] {
    return [...this.known].filter((one) => !this.judged.has(one)).sort();
  }
}
