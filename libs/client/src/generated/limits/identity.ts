/* Made from the contracts by `npm run generate`: do not edit. */

const PATTERN_1 = /^(?:[A-Za-z0-9_'+\-]+\.)*[A-Za-z0-9_'+\-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$/;

const PATTERN_2 = /^[^@]{1,64}@/;

const PATTERN_3 = /^[0-9A-Za-z]{10}$/;

const PATTERN_4 = /^[\w-]{32,64}$/;

const PATTERN_5 = /^#[0-9a-fA-F]{6}$/;

export const accountsDelete = {
  email: { kind: "text", max: 254, required: true },
  currentPassword: { kind: "text", max: 256 },
  deleteOrganisations: { kind: "flag" },
} as const;

export const accountsRegister = {
  email: { kind: "text", patterns: [{ is: PATTERN_1, format: "email" }, { is: PATTERN_2, says: "at most 64 characters before the @" }], max: 254 },
  token: { kind: "text", min: 1, max: 200 },
  password: { kind: "text", min: 12, saysMin: "at least 12 characters", max: 256, required: true },
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character", required: true },
  organisationName: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character" },
  locale: { kind: "choice", choices: ["en","de"] },
  device: { kind: "text", max: 400 },
} as const;

export const accountsRequest = {
  email: { kind: "text", patterns: [{ is: PATTERN_1, format: "email" }, { is: PATTERN_2, says: "at most 64 characters before the @" }], max: 254, required: true },
  locale: { kind: "choice", choices: ["en","de"] },
} as const;

export const accountsUpdateMe = {
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character" },
  locale: { kind: "choice", choices: ["en","de"], nullable: true },
  timeZone: { kind: "text", max: 64, nullable: true },
  theme: { kind: "choice", choices: ["auto","light","dark"], nullable: true },
} as const;

export const domainsAdd = {
  domain: { kind: "text", min: 1, max: 253, required: true },
} as const;

export const emailsChange = {
  email: { kind: "text", patterns: [{ is: PATTERN_1, format: "email" }, { is: PATTERN_2, says: "at most 64 characters before the @" }], max: 254, required: true },
  currentPassword: { kind: "text", max: 256 },
} as const;

export const emailsConfirmChange = {
  token: { kind: "text", min: 1, max: 200, required: true },
} as const;

export const emailsUndoChange = {
  token: { kind: "text", min: 1, max: 200, required: true },
} as const;

export const emailsVerify = {
  token: { kind: "text", min: 1, max: 200, required: true },
} as const;

export const invitationsAccept = {
  token: { kind: "text", min: 1, max: 200, required: true },
} as const;

export const invitationsCreate = {
  email: { kind: "text", patterns: [{ is: PATTERN_1, format: "email" }, { is: PATTERN_2, says: "at most 64 characters before the @" }], max: 254, required: true },
  role: { kind: "choice", choices: ["viewer","editor","admin","owner"], required: true },
} as const;

export const keysCreate = {
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character", required: true },
  scopes: { kind: "list", required: true, min: 1, max: 17, each: { kind: "choice", choices: ["org:read","members:read","billing:read","usage:read","servers:read","bots:read","channels:read","usage:write","servers:write","bots:write","channels:write","keys:read","org:admin","audit:read","members:write","keys:write","billing:write"] } },
  expiresAt: { kind: "instant" },
} as const;

export const keysRename = {
  keyId: { kind: "text", patterns: [{ is: PATTERN_3, says: "an API key id" }], required: true },
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character", required: true },
} as const;

export const keysRevoke = {
  keyId: { kind: "text", patterns: [{ is: PATTERN_3, says: "an API key id" }], required: true },
} as const;

export const keysRotate = {
  keyId: { kind: "text", patterns: [{ is: PATTERN_3, says: "an API key id" }], required: true },
  overlapHours: { kind: "integer", min: 0, max: 720 },
} as const;

export const linksCreate = {
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character", required: true },
  kind: { kind: "choice", choices: ["server","bot"], required: true },
  expiresAt: { kind: "instant" },
} as const;

export const linksRevoke = {
  linkId: { kind: "text", patterns: [{ is: PATTERN_3, says: "a link id" }], required: true },
} as const;

export const mailSendersConfirm = {
  token: { kind: "text", min: 1, max: 200, required: true },
} as const;

export const mailSendersSet = {
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character" },
  address: { kind: "text", patterns: [{ is: PATTERN_1, format: "email" }, { is: PATTERN_2, says: "at most 64 characters before the @" }], max: 254 },
  replyTo: { kind: "text", patterns: [{ is: PATTERN_1, format: "email" }, { is: PATTERN_2, says: "at most 64 characters before the @" }], max: 254 },
} as const;

export const membersChangeRole = {
  role: { kind: "choice", choices: ["viewer","editor","admin","owner"], required: true },
} as const;

export const organisationsCreate = {
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character", required: true },
} as const;

export const organisationsDelete = {
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character", required: true },
} as const;

export const organisationsRename = {
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character", required: true },
} as const;

export const passwordsChange = {
  currentPassword: { kind: "text", max: 256, required: true },
  newPassword: { kind: "text", min: 12, saysMin: "at least 12 characters", max: 256, required: true },
} as const;

export const passwordsForgotten = {
  email: { kind: "text", patterns: [{ is: PATTERN_1, format: "email" }, { is: PATTERN_2, says: "at most 64 characters before the @" }], max: 254, required: true },
} as const;

export const passwordsReset = {
  token: { kind: "text", min: 1, max: 200, required: true },
  password: { kind: "text", min: 12, saysMin: "at least 12 characters", max: 256, required: true },
} as const;

export const sessionsLogin = {
  email: { kind: "text", max: 254, required: true },
  password: { kind: "text", max: 256, required: true },
  deviceId: { kind: "text", patterns: [{ is: PATTERN_4, says: "32 to 64 characters of base64url" }] },
  device: { kind: "text", max: 400 },
} as const;

export const sessionsRefresh = {
  refreshToken: { kind: "text", max: 500, required: true },
  device: { kind: "text", max: 400 },
} as const;

export const themesSet = {
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character" },
  accent: { kind: "text", patterns: [{ is: PATTERN_5, says: "a colour such as #1d5fbf" }] },
  logo: { kind: "text", max: 100000 },
} as const;
