/** A host name of an organisation, by which a request came: it shows that organisation's pages and nothing else. */
export interface OrganisationHost {
  /** Without a port. */
  name: string;
  orgId: string;
}
