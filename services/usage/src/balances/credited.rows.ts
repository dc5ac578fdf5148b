/** A grant `g` of which something can be drawn at an instant of SQL. */
export const isLeftAt = (at: string): string => `g.drawn < g.amount and g.from_at <= ${at} and g.until_at > ${at}`;

/** What was drawn in a window `w` (meter, start, stop). */
export const drawnIn = (orgId: string): string =>
  `(select coalesce(sum(quantity), 0)::bigint from credit_draws d
     where d.org_id = ${orgId} and d.meter = w.meter and d.at >= w.start and d.at < w.stop)`;
