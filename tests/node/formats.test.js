// Reports in the forms of other tools: SARIF 2.1.0 and JUnit's XML, of every command that judges, whatever names are in
// them.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { junit } from '../../node/lib/cli/junit.js'
import { kCommands } from '../../node/lib/cli/command_table.js'
import { sarif } from '../../node/lib/cli/sarif.js'
import { cli } from './support/cli.js'
import { fixtures, scratch } from './support/places.js'

const seed = join(fixtures, 'seed000/artifacts')
const [baseline, tampered] = ['baseline_ckpt', 'tampered_ckpt'].map(name => join(seed, name))

const kAttacks = [
  '',
  'a/b',
  '~',
  '<b>&amp;"\'',
  ']]>',
  '\u0000\u001b[31m',
  '\u202e\ufffe\uffff',
  '\ud800',
  '😀 é',
  '%2e%2e',
  '../..',
  'C:\\x',
  'a?b#c',
]
const finding = (/** @type {string} */ severity, /** @type {string} */ text) => ({
  code: 'invalid',
  severity,
  item: text,
  key_path: [text, text],
  file: `d/${text}`,
  offset: 7,
  expected: text,
  actual: text,
  message: text,
})
const bare = {
  code: 'limit',
  severity: 'gap',
  item: null,
  key_path: null,
  file: null,
  offset: null,
  expected: null,
  actual: null,
  message: 'm',
}
const kFindings = [
  ...['error', 'gap', 'trust', 'warning', 'info'].flatMap(severity => kAttacks.map(text => finding(severity, text))),
  bare,
]
const report = {
  leafsum_report: 1,
  command: 'verify',
  verdict: 'MISMATCH',
  exit_code: 1,
  headline: 'MISMATCH: <1> & "2"',
  source: { name: 'run' },
  findings: kFindings,
}

/** Against the official schema, which is data of others. */
const schema = process.env.LEAFSUM_CASES && join(process.env.LEAFSUM_CASES, 'schemas/sarif-2.1.0.json')
const validate =
  schema && existsSync(schema)
    ? new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(
        JSON.parse(readFileSync(schema, 'utf8')),
      )
    : undefined
function assertSarif(/** @type {unknown} */ document) {
  if (validate) assert.ok(validate(document), JSON.stringify(validate.errors))
}

/** Elements with attributes and text; throws where XML 1.0 is not well-formed. */
function parseXml(/** @type {string} */ text) {
  // What a document may hold at all (XML 1.0 §2.2), surrogates in pairs.
  assert.match(text, /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u)
  const body = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '')
  const plain = (/** @type {string} */ raw) => {
    assert.doesNotMatch(raw.replaceAll(/&(?:amp|lt|gt|quot);/g, ''), /[<&]|\]\]>/)
    return raw.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
  }
  const root = { name: '', attributes: {}, children: /** @type {any[]} */ ([]), text: '' }
  const stack = [root]
  let at = 0
  for (const tag of body.matchAll(/<(\/?)(\w[\w-]*)((?: \w+="[^"<]*")*)(\/?)>/g)) {
    stack.at(-1).text += plain(body.slice(at, tag.index))
    at = tag.index + tag[0].length
    if (tag[1]) {
      assert.equal(stack.pop()?.name, tag[2])
      continue
    }
    const attributes = Object.fromEntries(
      [...tag[3].matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, plain(value)]),
    )
    const element = { name: tag[2], attributes, children: [], text: '' }
    stack.at(-1).children.push(element)
    if (!tag[4]) stack.push(element)
  }
  assert.equal(body.slice(at).trim(), '')
  assert.equal(stack.length, 1)
  return root.children[0]
}

test('SARIF is valid against the official schema', { skip: !validate && 'LEAFSUM_CASES has no schemas' }, () => {
  assertSarif(JSON.parse(sarif(report, { version: '1.2.3', explain: () => 'Text.' })))
  assert.throws(() => assertSarif({ version: '2.1.0', runs: [{}] }))
})

test('SARIF: a result for each finding, names as they are, files as URIs', () => {
  const {
    version,
    runs: [run],
  } = JSON.parse(sarif(report, { version: '1.2.3', explain: code => `About ${code}.\n` }))
  assert.equal(version, '2.1.0')
  assert.deepEqual(run.tool.driver, {
    name: 'leafsum',
    version: '1.2.3',
    rules: [
      {
        id: 'invalid',
        shortDescription: { text: 'About invalid.' },
        fullDescription: { text: 'About invalid.\n' },
        help: { text: 'leafsum explain invalid' },
        helpUri: 'urn:leafsum:finding:invalid',
      },
      {
        id: 'limit',
        shortDescription: { text: 'About limit.' },
        fullDescription: { text: 'About limit.\n' },
        help: { text: 'leafsum explain limit' },
        helpUri: 'urn:leafsum:finding:limit',
      },
    ],
  })
  assert.deepEqual(run.invocations, [{ executionSuccessful: true, exitCode: 1, exitCodeDescription: report.headline }])
  const levels = { error: 'error', gap: 'error', trust: 'error', warning: 'warning', info: 'note' }
  assert.equal(run.results.length, kFindings.length)
  for (const [n, result] of run.results.entries()) {
    const { severity, code, message, file, offset, key_path: keyPath } = kFindings[n]
    assert.equal(result.level, levels[/** @type {keyof levels} */ (severity)])
    assert.equal(run.tool.driver.rules[result.ruleIndex].id, code)
    assert.equal(result.message.text, message)
    assert.deepEqual(result.properties.key_path, keyPath)
    if (file === null) {
      assert.equal(result.locations, undefined)
      continue
    }
    const [
      {
        physicalLocation: { artifactLocation, region },
      },
    ] = result.locations
    assert.match(artifactLocation.uri, /^[\w.~!*'()%/-]*$/)
    assert.equal(decodeURIComponent(artifactLocation.uri), file.replace('\ud800', '\ufffd'))
    assert.ok(artifactLocation.uriBaseId in run.originalUriBaseIds)
    assert.deepEqual(region, { byteOffset: offset })
  }
})

test('JUnit: well-formed whatever the names, the verdict a case of its own', () => {
  const suites = parseXml(junit(report))
  const [suite] = suites.children
  const counted = { tests: String(kFindings.length + 1), failures: String(1 + 2 * kAttacks.length), errors: '0' }
  // Attributes that Jenkins's schema (junit-10.xsd) knows, and no other.
  assert.deepEqual(suites.attributes, { name: 'leafsum', ...counted })
  assert.deepEqual(suite.attributes, { name: 'verify run', ...counted, skipped: String(kAttacks.length + 1) })
  const [verdict, ...cases] = suite.children
  assert.deepEqual(
    verdict.children.map((/** @type {any} */ one) => [one.name, one.attributes]),
    [['failure', { type: 'MISMATCH', message: report.headline }]],
  )
  const elements = { error: 'failure', trust: 'failure', gap: 'skipped', warning: 'system-out', info: 'system-out' }
  for (const [n, one] of cases.entries()) {
    assert.equal(one.attributes.classname, `run.${kFindings[n].code}`)
    assert.deepEqual(
      one.children.map((/** @type {any} */ child) => child.name),
      [elements[/** @type {keyof elements} */ (kFindings[n].severity)]],
    )
  }
  const sound = parseXml(junit({ ...report, exit_code: 0, verdict: 'VERIFIED', findings: [] }))
  assert.deepEqual(
    [sound.attributes.tests, sound.attributes.failures, sound.children[0].children[0].children],
    ['1', '0', []],
  )
})

const kOperands = /** @type {Record<string, string[]>} */ ({
  lock: [tampered, '-o', ''],
  verify: [tampered, '--against', baseline],
  check: [tampered],
  diff: [baseline, tampered],
  match: [tampered, baseline],
})

for (const [command, { operands, reports }] of Object.entries(kCommands)) {
  if (['sign', 'keygen', 'explain', 'completion', 'man', 'help', 'version'].includes(command)) continue
  test(`${command} --format sarif, junit`, t => {
    const args = (kOperands[command] ?? operands.map(name => (name === 'LEAF' ? '/params/w' : baseline))).map(
      arg => arg || join(scratch(t), 'x.json'),
    )
    const force = command === 'lock' ? ['--force'] : []
    const json = reports && JSON.parse(cli([command, ...args, '--json', ...force]).stdout)
    for (const format of ['sarif', 'junit']) {
      const { status, stdout, stderr } = cli([command, ...args, '--format', format, ...force])
      if (!reports) {
        assert.equal(status, 2)
        assert.match(stderr, new RegExp(`^leafsum: ${command} --format ${format}: only reports have that form`))
        continue
      }
      assert.equal(status, json.exit_code, stderr)
      if (format === 'sarif') {
        const {
          runs: [{ results, invocations, properties }],
        } = JSON.parse(stdout)
        const { findings, ...rest } = json
        assertSarif(JSON.parse(stdout))
        assert.equal(results.length, findings.length)
        assert.equal(invocations[0].exitCode, status)
        if (command !== 'diff') assert.deepEqual(properties.report, rest)
      } else {
        assert.equal(parseXml(stdout).attributes.tests, String(json.findings.length + 1))
      }
    }
  })
}
