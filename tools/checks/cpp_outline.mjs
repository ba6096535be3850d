// An outline of one C++ file of ours: its classes with their data members, and its functions with their lines. It knows
// what clang-format leaves of C++, not C++: no macros that open scopes, no K&R.

/** The text with comments and the insides of literals blanked, line for line. @param {string} text */
export function blanked(text) {
  return text.replace(
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|\bR"([^(\n]*)\(([\s\S]*?)\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'|^[ \t]*#(?:\\\n|[^\n])*/gm,
    found => found.replace(/[^\n]/g, ' '),
  )
}

/** What a `{` opens, by the statement before it. @param {string} head @param {string} scope */
function opened(head, scope) {
  if (scope === 'function' || scope === 'value') return 'value'
  if (/\bnamespace\b[\w:\s]*$/.test(head) || /\bextern\s*$/.test(head)) return 'namespace'
  if (/\benum\b/.test(head) && !head.includes('(')) return 'value'
  const plain = head
    .replace(/<[^<>()]*>/g, '')
    .replace(/<[^<>()]*>/g, '')
    .replace(/\balignas\([^)]*\)/g, '')
  if (/\b(class|struct|union)\b/.test(plain) && !plain.includes('(')) return 'class'
  if (!plain.includes('(')) return 'value'
  if (/\boperator\b/.test(plain)) return 'function'
  const list = plain.match(/\)\s*(?:noexcept\s*)?:(?!:)([\s\S]*)$/) // a constructor's list of initialisers
  if (list && /[\w>]\s*$/.test(plain)) return 'value'
  return /=\s*$/.test(plain) ? 'value' : 'function'
}

/** A data member that this statement of a class declares, or none. @param {string} statement */
function memberOf(statement) {
  let text = statement.replace(/\b(public|private|protected)\s*:/g, ' ').trim()
  if (!text || /^(using|friend|typedef|static|enum|template|class|struct|union)\b/.test(text)) return undefined
  for (let before = ''; before !== text; ) {
    before = text
    text = text.replace(/<[^<>]*>/g, '')
  }
  text = text.replace(/\balignas\([^)]*\)/g, '').replace(/\s*[={][\s\S]*$/, '')
  return text.includes('(') || !/\s/.test(text) ? undefined : text.match(/(\w+)(?:\[[^\]]*\])*$/)?.[1]
}

/**
 * @param {string} text of a file
 * @returns {{ classes: { name: string, line: number, members: string[] }[], functions: { name: string, line: number,
 * lines: number }[] }}
 */
export function outline(text) {
  const code = blanked(text)
  const classes = []
  const functions = []
  /** @type {any[]} */
  const open = [{ kind: 'namespace' }]
  let head = ''
  let line = 1
  let headLine = 1
  for (const char of code) {
    const top = open[open.length - 1]
    if (char === '\n') line += 1
    if (char === '{') {
      const kind = opened(head, top.kind)
      const entry = { kind, head, line: headLine, members: [] }
      if (kind === 'class') {
        const name = head.replace(/<[^<>]*>/g, '').match(/\b(?:class|struct|union)\s+([\w:]+)?/)?.[1]
        classes.push(Object.assign(entry, { name: name ?? '(unnamed)' }))
      }
      open.push(entry)
      if (kind !== 'value') head = ''
      else head += '{'
      continue
    }
    if (char === '}') {
      const closed = open.pop()
      if (closed.kind === 'value') {
        head = `${closed.head}{}`
        headLine = closed.line
      } else head = ''
      if (closed.kind === 'function') {
        const name = closed.head.match(/([~\w:]+|operator\S+)\s*\(/)?.[1] ?? '(unnamed)'
        functions.push({ name, line: closed.line, lines: line - closed.line + 1 })
      }
      // `struct {...} name;` and `enum {...} name;` go on; a function does not.
      continue
    }
    if (char === ';' && (top.kind === 'class' || top.kind === 'namespace')) {
      if (top.kind === 'class') {
        const member = memberOf(head)
        if (member) top.members.push(member)
      }
      head = ''
      continue
    }
    if (head === '' && /\s/.test(char)) continue
    if (head === '') headLine = line
    head += char
  }
  return { classes: classes.map(({ name, line, members }) => ({ name, line, members })), functions }
}
