/** A form whose thing has changed from `before` to `now`: what was typed stays, everything else is as it is now. */
export function follow<Values extends object>(typed: Values, before: Values, now: Values): Values {
  const fields = Object.keys(now) as (keyof Values)[];
  const kept = fields.filter((field) => typed[field] !== before[field]).map((field) => [field, typed[field]]);
  return { ...now, ...(Object.fromEntries(kept) as Partial<Values>) };
}
