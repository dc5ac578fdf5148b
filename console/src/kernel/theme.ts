import { Button, createTheme } from '@mantine/core';
import { store, stored } from './stored.ts';
import { t } from './strings.ts';

export type Theme = 'auto' | 'light' | 'dark';

export const theme = (): Theme => (stored('theme') as Theme | undefined) ?? 'auto';

export const isDark = (): boolean =>
  theme() === 'dark' || (theme() === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);

export function chooseTheme(chosen: Theme): void {
  store('theme', chosen);
  // Charts are drawn with the colours of their theme: the page is made anew.
  location.reload();
}

/** Colours are in tokens.css. A strict policy forbids styles that a library writes into the page. */
export const mantineTheme = createTheme({
  primaryColor: 'blue',
  respectReducedMotion: true,
  defaultRadius: 'md',
  components: {
    Button: Button.extend({
      vars: (_theme, { variant }) =>
        variant === undefined || variant === 'filled'
          ? { root: { '--button-color': 'var(--on-accent)' } }
          : { root: {} },
    }),
    // By its name: a first visit opens no dialog, and does not load what they are made of.
    Modal: { defaultProps: () => ({ lockScroll: false, closeButtonProps: { 'aria-label': t('Close') } }) },
    // It is no item, and a menu has nothing else.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
  },
});
