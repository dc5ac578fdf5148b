import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../kernel/routes.ts';
import { given, textOf } from '../kernel/search-params.ts';

/** Only a path of this console: a link must not lead elsewhere after a log-in. */
const nextOf = (raw: Record<string, unknown>) => {
  const next = textOf(raw, 'next');
  return given({ next: next && /^\/(?![/\\])/.test(next) ? next : undefined });
};

const logInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/log-in',
  validateSearch: nextOf,
  component: lazyRouteComponent(() => import('./log-in.tsx'), 'LogIn'),
});

const registerRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/register',
  validateSearch: nextOf,
  component: lazyRouteComponent(() => import('./register.tsx'), 'Register'),
});

const tokenPages = () => import('./token-pages.tsx');

export const sessionRoutes = [
  logInRoute,
  registerRoute,
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/forgotten-password',
    component: lazyRouteComponent(tokenPages, 'ForgottenPassword'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/reset-password',
    component: lazyRouteComponent(tokenPages, 'ResetPassword'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/verify-email',
    component: lazyRouteComponent(tokenPages, 'VerifyEmail'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/change-email',
    component: lazyRouteComponent(tokenPages, 'ConfirmEmailChange'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/undo-email-change',
    component: lazyRouteComponent(tokenPages, 'UndoEmailChange'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/invitation',
    component: lazyRouteComponent(() => import('./show-invitation.tsx'), 'ShowInvitation'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/confirm-address',
    component: lazyRouteComponent(tokenPages, 'ConfirmAddress'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/confirm-reply-address',
    component: lazyRouteComponent(tokenPages, 'ConfirmReplyAddress'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/unsubscribe',
    component: lazyRouteComponent(tokenPages, 'Unsubscribe'),
  }),
] as const;
