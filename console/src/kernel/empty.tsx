/** What could be here, why it is not, and how it gets here. */
export function Empty({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="empty">
      <h2>{title}</h2>
      <div className="quiet">{children}</div>
    </section>
  );
}
