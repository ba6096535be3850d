// A report in JUnit's XML, for what shows test results: the verdict is a test case, and so is every finding. Suite and
// cases have the source's name: reports of several checkpoints lie in one list.
import { leafName } from './render.js'
import { printable } from './terminal.js'

// In an attribute or text. What XML cannot hold at all (controls) is escaped by `printable`, as on a terminal.
const kEntities = /** @type {Record<string, string>} */ ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })
const xml = (/** @type {unknown} */ text) =>
  printable(text)
    .replaceAll('\ufffe', '\\ufffe')
    .replaceAll('\uffff', '\\uffff')
    .replace(/[&<>"]/g, c => kEntities[c])

/** @param {any} report  @returns {string} */
export function junit(report) {
  const source = report.source.name ? `${report.source.name}.` : ''
  const cases = [
    verdictCase(report, source),
    ...report.findings.map((/** @type {any} */ one) => findingCase(one, source)),
  ]
  const failures = report.findings.filter(fails).length + (report.exit_code === 0 ? 0 : 1)
  const skipped = report.findings.filter((/** @type {any} */ one) => one.severity === 'gap').length
  const counts = `tests="${cases.length}" failures="${failures}" errors="0"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="leafsum" ${counts}>`, // for which Jenkins's schema knows no `skipped`
    `  <testsuite name="${xml([report.command, report.source.name].filter(Boolean).join(' '))}" ${counts} skipped="${skipped}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

const fails = (/** @type {{ severity: string }} */ { severity }) => severity === 'error' || severity === 'trust'

/** Fails whenever the exit code is not 0: a gap is no success although its own case is only skipped. */
function verdictCase(
  /** @type {any} */ { command, verdict, exit_code: exitCode, headline },
  /** @type {string} */ source,
) {
  return testCase(
    source + command,
    'verdict',
    exitCode === 0 ? '' : `<failure type="${xml(verdict)}" message="${xml(headline)}"/>`,
  )
}

function findingCase(
  /** @type {any} */ { code, severity, item, key_path: keyPath, file, offset, expected, actual, message },
  /** @type {string} */ source,
) {
  const leaf = keyPath === null ? (item ?? '') : leafName(item, keyPath)
  const place = file === null ? '' : offset === null ? file : `${file} at ${offset}`
  const more = [
    ['expected', expected],
    ['actual', actual],
  ]
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}`)
  const text = [message, ...more].map(xml).join('\n')
  const body = fails({ severity })
    ? `<failure type="${xml(code)}" message="${xml(message)}">${text}</failure>`
    : severity === 'gap'
      ? `<skipped message="${xml(message)}"/>`
      : `<system-out>${text}</system-out>`
  return testCase(source + code, [leaf, place].filter(Boolean).join('  ') || code, body)
}

const testCase = (/** @type {string} */ classname, /** @type {string} */ name, /** @type {string} */ body) =>
  `    <testcase classname="${xml(classname)}" name="${xml(name)}">${body && `\n      ${body}\n    `}</testcase>`
