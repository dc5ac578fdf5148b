import { useEffect } from 'react';
import classes from './entrance.module.css';

/** The pages of somebody who is not inside yet. */
export function Entrance({ title, children }: { title: string; children: React.ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Tidegate`;
  }, [title]);
  return (
    <main className={classes['entrance']}>
      <p className={classes['name']}>Tidegate</p>
      <h1>{title}</h1>
      {children}
    </main>
  );
}
