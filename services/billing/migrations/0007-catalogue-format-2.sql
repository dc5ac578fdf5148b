-- phase: expand
-- Catalogues and plan versions of format 1 as format 2 stores them: one product, everything written out.
create function pg_temp.format_2(plan jsonb) returns jsonb language sql immutable as $$
  select '{"product": "main", "offered": true, "approval": false, "trial": null, "seats": null, "setup": [],
           "revenueShare": null}'::jsonb || plan || jsonb_build_object('features', (
    select coalesce(jsonb_object_agg(key, case when value ->> 'kind' = 'metered' then value || jsonb_build_object(
             'ceiling', case when value ->> 'enforcement' = 'hard' then value -> 'limit' else 'null' end)
           else value end), '{}')
      from jsonb_each(plan -> 'features')));
$$;

update plan_versions set definition = pg_temp.format_2(definition) where not definition ? 'product';

update catalogues c set document = c.document || jsonb_build_object(
    'products', jsonb_build_array(jsonb_build_object(
      'product', 'main', 'name', 'Main', 'description', '', 'defaultPlan', defaults.plan ->> 'plan')),
    'features', (
      select coalesce(jsonb_agg(feature || jsonb_build_object(
               'product', null,
               -- a window belonged to each plan: that of the default plan is the one that most organisations have
               'per', case when feature ->> 'kind' = 'metered'
                           then coalesce(defaults.plan -> 'features' -> (feature ->> 'key') ->> 'per', 'month') end,
               'meter', case when feature ->> 'kind' = 'metered'
                             then '{"aggregate": "sum", "decimals": 0, "groupBy": [], "value": null}'::jsonb end)
               order by place), '[]')
        from jsonb_array_elements(c.document -> 'features') with ordinality as f (feature, place)),
    'plans', (
      select coalesce(jsonb_agg(pg_temp.format_2(plan) order by place), '[]')
        from jsonb_array_elements(c.document -> 'plans') with ordinality as p (plan, place)),
    'addons', '[]'::jsonb, 'packages', '[]'::jsonb, 'coupons', '[]'::jsonb)
  from catalogues d
  left join lateral (
    select plan from jsonb_array_elements(d.document -> 'plans') as plan where (plan ->> 'isDefault')::boolean limit 1
  ) as defaults on true
 where d.version = c.version and not c.document ? 'products';
