import { useTitle } from './brand.tsx';

/** Title, what can be done here, and the content: every page begins alike. */
export function Page({
  title,
  lead,
  actions,
  children,
}: {
  title: string;
  lead?: React.ReactNode;
  actions?: React.ReactNode;
  children: React.ReactNode;
}) {
  useTitle(title);
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{title}</h1>
          {lead ? <p className="quiet">{lead}</p> : null}
        </div>
        <div className="row">{actions}</div>
      </header>
      {children}
    </>
  );
}
