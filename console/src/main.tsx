import '@mantine/core/styles/default-css-variables.css';
import '@mantine/core/styles/baseline.css';
import '@mantine/core/styles/global.css';
import './kernel/mantine-parts.ts';
import './kernel/tokens.css';
import './kernel/page.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { createRouter, lazyRouteComponent, RouterProvider } from '@tanstack/react-router';
import { lazy, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { appearanceRoutes } from './appearance/appearance.routes.ts';
import { auditRoutes } from './audit/audit.routes.ts';
import { billingRoutes, publicBillingRoutes } from './billing/billing.routes.ts';
import { botRoutes } from './bots/bots.routes.ts';
import { channelRoutes } from './channels/channels.routes.ts';
import { happeningRoutes } from './happenings/happenings.routes.ts';
import { queryClient } from './kernel/api.ts';
import { ProblemNote } from './kernel/problem-note.tsx';
import { orgRoute, personRoute, rootRoute } from './kernel/routes.ts';
import { takeLink } from './kernel/shared-link.ts';
import { loadStrings } from './kernel/strings.ts';
import { isDark, mantineTheme } from './kernel/theme.ts';
import { UpgradeDialog } from './kernel/upgrade.ts';
import { keyRoutes } from './keys/keys.routes.ts';
import { linkRoutes } from './links/links.routes.ts';
import { operatorRoutes } from './operator/operator.routes.ts';
import { overviewRoutes } from './overview/overview.routes.ts';
import { ownAccountRoute, securityRoutes } from './security/security.routes.ts';
import { serverRoutes } from './servers/servers.routes.ts';
import { sessionRoutes } from './session/session.routes.ts';
import { Shell } from './shell/shell.tsx';
import { homeRoute, teamRoutes } from './team/team.routes.ts';
import { usageRoutes } from './usage/usage.routes.ts';

const NoSuchPage = lazy(async () => ({ default: (await import('./session/no-such-page.tsx')).NoSuchPage }));
const UpgradeLater = lazy(() => import('./billing/upgrade-dialog.tsx'));

const routeTree = rootRoute.addChildren([
  ...sessionRoutes,
  ...publicBillingRoutes,
  personRoute.addChildren([homeRoute, ownAccountRoute]),
  orgRoute.addChildren([
    ...overviewRoutes,
    ...happeningRoutes,
    ...serverRoutes,
    ...botRoutes,
    ...usageRoutes,
    ...billingRoutes,
    ...teamRoutes,
    ...keyRoutes,
    ...linkRoutes,
    ...appearanceRoutes,
    ...auditRoutes,
    ...channelRoutes,
    ...securityRoutes,
    ...operatorRoutes,
  ]),
]);
orgRoute.update({ component: Shell });
personRoute.update({ component: lazyRouteComponent(() => import('./shell/person-shell.tsx'), 'PersonShell') });

const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultErrorComponent: ({ error, reset }) => <ProblemNote error={error} retry={reset} />,
  defaultNotFoundComponent: NoSuchPage,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

takeLink();
await loadStrings();
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <MantineProvider
      theme={mantineTheme}
      forceColorScheme={isDark() ? 'dark' : 'light'}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queryClient}>
        <UpgradeDialog value={UpgradeLater}>
          <RouterProvider router={router} />
        </UpgradeDialog>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
