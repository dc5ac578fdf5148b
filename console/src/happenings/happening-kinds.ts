import { type FeedArea, HAPPENINGS, type HappeningKind } from '@tidegate/contracts/notifier/happening-kinds';

/* Apart from their words, so that the routes do without them. */
export { FEED_AREAS as AREAS, HAPPENING_KINDS } from '@tidegate/contracts/notifier/happening-kinds';
export type Kind = HappeningKind;
export type Area = FeedArea;
export const areaOf = (kind: Kind): Area => HAPPENINGS[kind].area;
