import type { Profile } from '@tidegate/client';
import { store, stored } from './stored.ts';

/*
 * What a person chose in their profile holds in every browser they log in to. The browser keeps a copy, because the page is
 * drawn before anybody has been asked who they are.
 */
type Choices = Pick<Profile, 'locale' | 'timeZone' | 'theme'>;

/** Whether anything is another than what the page was drawn with. */
export function adoptChoices({ locale, timeZone, theme }: Choices): boolean {
  const before = ['locale', 'zone', 'theme'].map(stored).join();
  if (locale || stored('own-locale')) store('locale', locale ?? undefined);
  store('own-locale', locale ?? undefined);
  if (theme) store('theme', theme);
  if (timeZone !== (stored('own-zone') ?? null)) {
    store('own-zone', timeZone ?? undefined);
    if (stored('zone') !== 'UTC') store('zone', timeZone ?? undefined);
  }
  return before !== ['locale', 'zone', 'theme'].map(stored).join();
}
