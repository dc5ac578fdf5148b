/** Minutes of collection: one for each server and minute, however often it was looked at in that minute. */
export const serverMinutes = 'server_minutes';
