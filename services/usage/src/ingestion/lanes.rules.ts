/**
 * Which of so many lanes an organisation has. Batches of different lanes have no row in common, and so never wait for each
 * other's commit.
 */
export function laneOf(org: string, lanes: number): number {
  let hash = 0;
  // The end of an id is random.
  for (let index = Math.max(0, org.length - 8); index < org.length; index += 1) {
    hash = (Math.imul(hash, 31) + org.charCodeAt(index)) | 0;
  }
  return (hash >>> 0) % lanes;
}
