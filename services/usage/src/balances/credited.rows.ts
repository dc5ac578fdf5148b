/** What a grant `g` holds altogether, in the smallest steps of its meter. */
export const heldIn = (decimals: string): string =>
  `least(g.amount * power(10::numeric, coalesce(${decimals}, 0)), 9007199254740991)::bigint`;

/**
 * What is not drawn of a grant `g`, in the smallest steps of its meter. Grants hold units: a meter's digits may be known later.
 *
 * @param decimals of the meter, in SQL
 */
export const leftIn = (decimals: string): string => `(${heldIn(decimals)} - g.drawn)`;

/** What was carried out of the window that ended at an instant of SQL: it is not there any more. */
export const carriedOut = (orgId: string, meter: string, stop: string, decimals: string): string =>
  `(select coalesce(sum(${heldIn(decimals)}), 0)::bigint from credit_grants g
     where g.org_id = ${orgId} and g.meter = ${meter} and g.rollover and g.from_at = ${stop})`;

/** A grant `g` of which something can be drawn at an instant of SQL. */
export const isLeftAt = (at: string, decimals: string): string =>
  `g.from_at <= ${at} and g.until_at > ${at} and ${leftIn(decimals)} > 0`;

/** What was drawn in a window `w` (meter, start, stop). */
export const drawnIn = (orgId: string): string =>
  `(select coalesce(sum(quantity), 0)::bigint from credit_draws d
     where d.org_id = ${orgId} and d.meter = w.meter and d.at >= w.start and d.at < w.stop)`;
