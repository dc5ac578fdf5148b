import type { UseFormReturnType } from '@mantine/form';
import { type RefObject, useEffect, useRef } from 'react';
import { follow } from './follow.rules.ts';

/**
 * Keeps a form up to date with its thing: what a colleague changes meanwhile is shown at once, and is never sent back as it
 * was. Answers what it follows at the moment: what differs from that was typed here.
 */
export function useFollowing<Values extends Record<string, unknown>>(
  form: UseFormReturnType<Values>,
  now: Values,
): RefObject<Values> {
  const followed = useRef(now);
  const newest = useRef(now);
  newest.current = now;
  const { getValues, setValues } = form;
  const text = JSON.stringify(now);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same values may be another object with each draw.
  useEffect(() => {
    setValues(follow(getValues(), followed.current, newest.current));
    followed.current = newest.current;
  }, [text]);
  return followed;
}
