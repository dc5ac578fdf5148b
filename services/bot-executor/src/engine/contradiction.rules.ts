/**
 * What an exchange reports cannot be true together with what it reported before. Nothing is booked: somebody has to look,
 * for whatever was decided on such a state would be decided on a position that is not there.
 */
export class Contradiction extends Error {}
