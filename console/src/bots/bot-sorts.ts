import { botsListSort } from '@tidegate/client/generated/choices';

/** Columns that the server sorts bots by. */
export const BOT_SORTS = botsListSort.filter((one) => one !== 'newest');
