/* The token of a link in a mail stands behind `#`, so that it reaches no server's log and no other site. */
export const tokenOf = (): string => {
  const found = /[#&]token=([^&]*)/.exec(location.hash)?.[1] ?? '';
  try {
    return decodeURIComponent(found);
  } catch {
    return found;
  }
};
