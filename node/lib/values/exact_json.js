// JSON as Orbax writes and Python reads it, without losing a digit: integers beyond 2^53 are BigInt, and NaN and the
// infinities, which Python writes bare, are numbers. JSON.parse has neither.

const kMaxDepth = 256
const kNumber = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y
const kString = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const kWords = /** @type {[string, any][]} */ ([
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
])

/**
 * @param {string} text
 * @returns {any} members in their order, with no prototype: a member may be called __proto__
 * @throws {SyntaxError} anything that is not JSON, a member that occurs twice, nesting over 256 levels
 */
export function parseExact(text) {
  let at = 0
  const fail = (/** @type {string} */ what) => new SyntaxError(`${what} at character ${at}`)
  const space = () => {
    while (at < text.length && ' \t\n\r'.includes(text[at])) at++
  }
  const take = (/** @type {RegExp} */ pattern) => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match) at += match[0].length
    return match
  }
  const string = () => {
    const match = take(kString)
    if (!match) throw fail('a string is wanted')
    return JSON.parse(match[0])
  }
  /** @returns {any} */
  const value = (/** @type {number} */ depth) => {
    if (depth > kMaxDepth) throw fail('nested too deeply')
    space()
    const c = text[at]
    if (c === '{') return object(depth)
    if (c === '[') return array(depth)
    if (c === '"') return string()
    for (const [word, meant] of kWords) {
      if (text.startsWith(word, at)) {
        at += word.length
        return meant
      }
    }
    const match = take(kNumber)
    if (!match) throw fail('a value is wanted')
    const number = Number(match[0])
    return match[1] || match[2] || Number.isSafeInteger(number) ? number : BigInt(match[0])
  }
  const list = (/** @type {string} */ end, /** @type {() => void} */ element) => {
    at++
    space()
    if (text[at] === end) at++
    else {
      for (;;) {
        element()
        space()
        const c = text[at++]
        if (c === end) return
        if (c !== ',') throw fail(`, or ${end} is wanted`)
      }
    }
  }
  const object = (/** @type {number} */ depth) => {
    const members = Object.create(null)
    list('}', () => {
      space()
      const name = string()
      if (name in members) throw fail(`${JSON.stringify(name).slice(0, 80)} a second time`)
      space()
      if (text[at++] !== ':') throw fail(': is wanted')
      members[name] = value(depth + 1)
    })
    return members
  }
  const array = (/** @type {number} */ depth) => {
    /** @type {any[]} */
    const elements = []
    list(']', () => {
      elements.push(value(depth + 1))
    })
    return elements
  }
  const whole = value(0)
  space()
  if (at < text.length) throw fail('the document should end')
  return whole
}

/**
 * Strict JSON again: integers of any size in digits, NaN and the infinities as strings.
 * @param {any} value
 * @returns {string}
 */
export function stringifyExact(value) {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return `"${value}"`
  if (Array.isArray(value)) return `[${value.map(stringifyExact).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([name, one]) => `${JSON.stringify(name)}:${stringifyExact(one)}`)
      .join(',')}}`
  }
  return Object.is(value, -0) ? '-0.0' : JSON.stringify(value)
}
