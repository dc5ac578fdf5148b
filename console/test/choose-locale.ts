import { loadProblems, loadStrings } from '../src/kernel/strings.ts';

/** As the browser of somebody who has chosen a language, until `unchooseLocale`. */
export async function chooseLocale(locale: 'de' | 'en'): Promise<void> {
  vi.stubGlobal('document', { documentElement: {} });
  vi.stubGlobal('localStorage', { getItem: (name: string) => (name === 'tidegate-locale' ? locale : null) });
  await loadStrings();
  await loadProblems();
}

export async function unchooseLocale(): Promise<void> {
  await chooseLocale('en');
  vi.unstubAllGlobals();
}
