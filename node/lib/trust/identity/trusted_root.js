// Sigstore's trusted root (protobuf-specs, sigstore_trustroot.proto): authorities and logs, each with the time that it
// may be believed for. A time range is closed, and its start is required: without it the root is refused as a whole,
// because nobody can say what its writer meant.
import { bytesOf, member, objects, optional } from './members.js'
import { parseStrictJson } from './strict_json.js'

const kMaxRoot = 4 << 20
const kMaxInstances = 256
const kMaxChain = 16
const mediaType = /^application\/vnd\.dev\.sigstore\.trustedroot(\+json;version=0\.[12]|\.v0\.2\+json)$/
const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/

/**
 * @typedef {{ start: number, end: number }} Range  milliseconds, both ends are inside
 *
 * @typedef {object} Log
 * @property {string} logId  base64
 * @property {string} name
 * @property {Range} validFor
 * @property {any} json  as the file has it
 *
 * @typedef {object} Authority
 * @property {string} name
 * @property {Uint8Array[]} chain  DER, the root last
 * @property {Range} validFor
 * @property {any} json
 *
 * @typedef {object} TrustedRoot
 * @property {Log[]} tlogs
 * @property {Log[]} ctlogs
 * @property {Authority[]} certificateAuthorities
 * @property {Authority[]} timestampAuthorities
 *
 * @param {Uint8Array} bytes
 * @returns {TrustedRoot}
 */
export function readTrustedRoot(bytes) {
  const json = parseStrictJson(bytes, kMaxRoot)
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Error('no object')
  const type = member(json, 'mediaType', 'string', 'the root')
  if (!mediaType.test(type)) throw new Error(`mediaType is ${JSON.stringify(type)}, not that of a trusted root`)
  const all = (/** @type {string} */ name, /** @type {(one: any, where: string) => any} */ read) =>
    objects(json, name, 'the root', { most: kMaxInstances }).map((one, n) => read(one, `${name}[${n}]`))
  return {
    tlogs: all('tlogs', logOf),
    ctlogs: all('ctlogs', logOf),
    certificateAuthorities: all('certificateAuthorities', authorityOf),
    timestampAuthorities: all('timestampAuthorities', authorityOf),
  }
}

export const isValidAt = (/** @type {{ validFor: Range }} */ { validFor }, /** @type {Date} */ time) =>
  validFor.start <= time.getTime() && time.getTime() <= validFor.end

/** @returns {Log} */
function logOf(/** @type {any} */ log, /** @type {string} */ where) {
  const key = member(log, 'publicKey', 'object', where)
  member(key, 'rawBytes', 'base64', where)
  member(key, 'keyDetails', 'string', where)
  return {
    logId: member(member(log, 'logId', 'object', where), 'keyId', 'base64', where),
    name: optional(log, 'baseUrl', 'string', where) ?? where,
    validFor: rangeOf(key, where),
    json: log,
  }
}

/** @returns {Authority} */
function authorityOf(/** @type {any} */ authority, /** @type {string} */ where) {
  const chain = member(authority, 'certChain', 'object', where)
  const certificates = objects(chain, 'certificates', where, { least: 1, most: kMaxChain })
  return {
    name: optional(authority, 'uri', 'string', where) ?? where,
    chain: certificates.map(one => bytesOf(member(one, 'rawBytes', 'base64', where))),
    validFor: rangeOf(authority, where),
    json: authority,
  }
}

/** @returns {Range} */
function rangeOf(/** @type {any} */ holder, /** @type {string} */ where) {
  const range = member(holder, 'validFor', 'object', where)
  const start = timeOf(member(range, 'start', 'string', `${where}.validFor`), where)
  const end = optional(range, 'end', 'string', `${where}.validFor`)
  return { start, end: end === undefined ? Infinity : timeOf(end, where) }
}

function timeOf(/** @type {string} */ text, /** @type {string} */ where) {
  const time = rfc3339.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(time)) throw new Error(`${where}.validFor has ${JSON.stringify(text)}, no time`)
  return time
}
