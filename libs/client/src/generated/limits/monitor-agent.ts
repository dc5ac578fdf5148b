/* Made from the contracts by `npm run generate`: do not edit. */

const PATTERN_1 = /^[^\s/@\\?#]+$/;

const PATTERN_2 = /^[^\u0000-\u001f\u007f-\u009f]*$/;

const PATTERN_3 = /^\s*-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/;

const PATTERN_4 = /^\s*-----BEGIN ([A-Z]+ )?PRIVATE KEY-----[\s\S]+-----END ([A-Z]+ )?PRIVATE KEY-----\s*$/;

export const serversCreate = {
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character", required: true },
  host: { kind: "text", min: 1, max: 253, patterns: [{ is: PATTERN_1, says: "a host name or an IP address alone: no URL, path, socket, user or port" }], required: true },
  port: { kind: "integer", min: 1, max: 65535 },
  database: { kind: "text", min: 1, saysMin: "the name of a database", max: 63, patterns: [{ is: PATTERN_2, says: "the name of a database" }] },
  user: { kind: "text", min: 1, saysMin: "the name of a role", max: 63, patterns: [{ is: PATTERN_2, says: "the name of a role" }], required: true },
  password: { kind: "text", min: 1, max: 1000 },
  tlsMode: { kind: "choice", choices: ["disable","require","verify-ca","verify-full"] },
  tlsCa: { kind: "text", max: 65536, patterns: [{ is: PATTERN_3, says: "one or more certificates in PEM form" }] },
  tlsCert: { kind: "text", max: 65536, patterns: [{ is: PATTERN_3, says: "one or more certificates in PEM form: text that begins with -----BEGIN CERTIFICATE-----" }] },
  tlsKey: { kind: "text", max: 32768, patterns: [{ is: PATTERN_4, says: "a private key in PEM form: text that begins with -----BEGIN PRIVATE KEY-----, or the like" }] },
  tlsKeyPassphrase: { kind: "text", min: 1, max: 1000 },
} as const;

export const serversFindingsDismiss = {
  finding: { kind: "text", min: 1, max: 300, required: true },
  reason: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character", required: true },
} as const;

export const serversFindingsRestore = {
  finding: { kind: "text", min: 1, max: 300, required: true },
} as const;

export const serversNotesCreate = {
  at: { kind: "instant" },
  text: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character", required: true },
} as const;

export const serversUpdate = {
  name: { kind: "text", max: 100, min: 1, saysMin: "a name with at least one visible character" },
  host: { kind: "text", min: 1, max: 253, patterns: [{ is: PATTERN_1, says: "a host name or an IP address alone: no URL, path, socket, user or port" }] },
  port: { kind: "integer", min: 1, max: 65535 },
  database: { kind: "text", min: 1, saysMin: "the name of a database", max: 63, patterns: [{ is: PATTERN_2, says: "the name of a database" }] },
  user: { kind: "text", min: 1, saysMin: "the name of a role", max: 63, patterns: [{ is: PATTERN_2, says: "the name of a role" }] },
  password: { kind: "text", min: 1, max: 1000, nullable: true },
  tlsMode: { kind: "choice", choices: ["disable","require","verify-ca","verify-full"] },
  tlsCa: { kind: "text", max: 65536, patterns: [{ is: PATTERN_3, says: "one or more certificates in PEM form" }], nullable: true },
  tlsCert: { kind: "text", max: 65536, patterns: [{ is: PATTERN_3, says: "one or more certificates in PEM form: text that begins with -----BEGIN CERTIFICATE-----" }], nullable: true },
  tlsKey: { kind: "text", max: 32768, patterns: [{ is: PATTERN_4, says: "a private key in PEM form: text that begins with -----BEGIN PRIVATE KEY-----, or the like" }] },
  tlsKeyPassphrase: { kind: "text", min: 1, max: 1000 },
  paused: { kind: "flag" },
} as const;
