// A report in SARIF 2.1.0 (OASIS), for code hosts and editors: each finding is a result, what is no success at its
// level.
import { leafName } from './render.js'
import { kLoneSurrogate } from './terminal.js'

// A gap and missing trust are no success: to a host that looks at levels alone they are errors.
const kLevels = /** @type {Record<string, string>} */ ({
  error: 'error',
  gap: 'error',
  trust: 'error',
  warning: 'warning',
  info: 'note',
})

/**
 * @param {any} report
 * @param {{ version: string, explain: (code: string) => string }} program  explain: a code's text on one screen
 * @returns {string}
 */
export function sarif(report, { version, explain }) {
  const { findings, ...rest } = report
  const codes = [...new Set(findings.map((/** @type {any} */ one) => one.code))].sort()
  return (
    JSON.stringify({
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'leafsum',
              version,
              rules: codes.map(code => ruleOf(code, explain(code))),
            },
          },
          // Files are named relative to the source, whose own place is nobody's business (no absolute path in a
          // report).
          originalUriBaseIds: {
            SOURCE: { description: { text: `the checkpoint ${report.source.name ?? ''}`.trim() } },
          },
          invocations: [
            {
              // It ran to its end; what it found is another matter.
              executionSuccessful: true,
              exitCode: report.exit_code,
              exitCodeDescription: report.headline,
            },
          ],
          results: findings.map((/** @type {any} */ finding) => resultOf(finding, codes)),
          properties: { report: rest },
        },
      ],
    }) + '\n'
  )
}

/** @param {string} code @param {string} text  its explanation, whose first paragraph begins with what it is */
function ruleOf(code, text) {
  const [, first = text] = /^([^]*?[.:])\s/.exec(text) ?? []
  return {
    id: code,
    shortDescription: { text: first.replaceAll('\n', ' ') },
    fullDescription: { text },
    help: { text: `leafsum explain ${code}` },
    helpUri: `urn:leafsum:finding:${code}`, // a name, until the project has a site
  }
}

const uriPart = (/** @type {string} */ name) => encodeURIComponent(name.replace(kLoneSurrogate, '\ufffd'))

function resultOf(
  /** @type {any} */ { code, severity, item, key_path: keyPath, file, offset, expected, actual, message },
  /** @type {string[]} */ codes,
) {
  const physicalLocation =
    file === null
      ? undefined
      : {
          artifactLocation: { uri: file.split('/').map(uriPart).join('/'), uriBaseId: 'SOURCE' },
          region: offset === null ? undefined : { byteOffset: offset },
        }
  const logicalLocations =
    keyPath === null && !item ? undefined : [{ fullyQualifiedName: keyPath === null ? item : leafName(item, keyPath) }]
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: kLevels[severity],
    message: { text: message },
    locations: physicalLocation || logicalLocations ? [{ physicalLocation, logicalLocations }] : undefined,
    properties: { severity, item, key_path: keyPath, expected, actual },
  }
}
