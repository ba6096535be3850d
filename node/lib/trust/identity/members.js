// Members of JSON that was parsed, each with the form that is wanted. What has another form is refused with its place.

// Canonical: the bits that its last character has too many are 0.
const base64Pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/

const kForms = {
  string: (/** @type {unknown} */ value) => typeof value === 'string',
  object: (/** @type {unknown} */ value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: Array.isArray,
  // With or without line ends, which `base64` of a shell writes and every reader of protobuf's JSON skips.
  base64: (/** @type {unknown} */ value) =>
    typeof value === 'string' && value !== '' && base64Pattern.test(value.replaceAll(/[\r\n]/g, '')),
  // int64 of protobuf: text, or a number where it is exact
  count: (/** @type {unknown} */ value) =>
    (typeof value === 'string' && /^(0|[1-9]\d{0,18})$/.test(value)) ||
    (Number.isSafeInteger(value) && Number(value) >= 0),
}
const kNames = { count: 'a whole number', array: 'a list', object: 'an object', string: 'a text', base64: 'base64' }

/**
 * @param {any} object
 * @param {string} name
 * @param {keyof typeof kForms} form
 * @param {string} where
 */
export function member(object, name, form, where) {
  const value = optional(object, name, form, where)
  if (value === undefined) throw new Error(`${where} has no ${name}`)
  return value
}

/**
 * null means absent, as in protobuf's JSON.
 * @param {any} object
 * @param {string} name
 * @param {keyof typeof kForms} form
 * @param {string} where
 */
export function optional(object, name, form, where) {
  const value = Object.hasOwn(object, name) ? object[name] : undefined
  if (value === undefined || value === null) return undefined
  if (!kForms[form](value)) throw new Error(`${where}.${name} is not ${kNames[form]}`)
  return form === 'count' ? String(value) : form === 'base64' ? value.replaceAll(/[\r\n]/g, '') : value
}

/**
 * @param {any} object
 * @param {string} name
 * @param {string} where
 * @param {{ least?: number, most: number }} bounds
 * @returns {any[]} objects
 */
export function objects(object, name, where, { least = 0, most }) {
  const list = optional(object, name, 'array', where) ?? []
  if (list.length < least) throw new Error(`${where} has no ${name}`)
  if (list.length > most) throw new Error(`${where}.${name} has ${list.length} entries, more than ${most}`)
  for (const one of list)
    if (!kForms.object(one)) throw new Error(`${where}.${name} has an entry that is not an object`)
  return list
}

/** The members of these names that are there: in protobuf a `oneof`. */
export const present = (/** @type {any} */ object, /** @type {string[]} */ names) =>
  names.filter(name => Object.hasOwn(object, name) && object[name] !== null)

export function bytesOf(/** @type {string} */ base64) {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let n = 0; n < bytes.length; n++) bytes[n] = text.charCodeAt(n)
  return bytes
}

export function base64Of(/** @type {Uint8Array} */ bytes) {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

export const equal = (/** @type {Uint8Array} */ a, /** @type {Uint8Array} */ b) =>
  a.length === b.length && a.every((byte, n) => byte === b[n])
