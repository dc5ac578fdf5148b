import { Brand, useTitle } from '../kernel/brand.tsx';
import { chooseLocale, LOCALES, type Locale, locale, t } from '../kernel/strings.ts';
import classes from './entrance.module.css';

/** The pages of somebody who is not inside yet. `org`: whose they are, where that is known. */
export function Entrance({
  title,
  org,
  children,
}: {
  title: string;
  org?: string | undefined;
  children: React.ReactNode;
}) {
  useTitle(title);
  return (
    <main className={classes['entrance']}>
      <div className={classes['name']}>
        <Brand org={org} />
      </div>
      <h1>{title}</h1>
      {children}
      <footer className={classes['foot']}>
        {Object.entries(LOCALES).map(([key, name]) => (
          <button
            key={key}
            type="button"
            className="as-link"
            lang={key}
            aria-current={key === locale() ? true : undefined}
            onClick={() => chooseLocale(key as Locale)}
          >
            {name}
          </button>
        ))}
        <a href="/pricing">{t('Plans and prices')}</a>
        <a href="/status">{t('Status')}</a>
      </footer>
    </main>
  );
}
