import { Brand, useTitle } from '../kernel/brand.tsx';
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
    </main>
  );
}
