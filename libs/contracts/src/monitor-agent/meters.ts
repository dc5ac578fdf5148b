/** Minutes of collection: one for each server and minute, however many snapshots were taken in that minute. */
export const serverMinutes = 'server_minutes';
