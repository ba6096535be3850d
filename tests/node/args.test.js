// The table of commands and options, each with every kind of wrong value.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseArguments } from '../../node/lib/cli/args.js'
import { nearest } from '../../node/lib/cli/did_you_mean.js'
import { helpText } from '../../node/lib/cli/help.js'
import { kCommands } from '../../node/lib/cli/command_table.js'
import { kOptions } from '../../node/lib/cli/options.js'

const right = /** @type {Record<string, [string, any]>} */ ({
  lock: ['a.json', 'a.json'],
  key: ['k.pem', ['k.pem']],
  signature: ['s.json', 's.json'],
  'require-signer': ['0a'.repeat(32), ['0a'.repeat(32)]],
  policy: ['p.json', 'p.json'],
  sign: ['k.pem', 'k.pem'],
  type: ['P-384', 'P-384'],
  fingerprint: [`leafsum1:${'0a'.repeat(32)}`, `leafsum1:${'0a'.repeat(32)}`],
  rename: ['^/a=>/b', ['^/a=>/b']],
  'strip-prefix': ['params', 'params'],
  sample: ['5%', '5%'],
  seed: ['7', 7],
  state: ['s', 's'],
  mesh: ['a=4,aa=2,ba=2', 'a=4,aa=2,ba=2'],
  against: ['b', 'b'],
  item: ['state', 'state'],
  step: ['7', '7'],
  prefix: ['ckpt_', 'ckpt_'],
  generation: ['7', 7],
  include: ['/a/**', ['/a/**']],
  exclude: ['/b', ['/b']],
  algorithm: ['blake3,sha256', ['blake3', 'sha256']],
  jobs: ['2', 2],
  'max-memory': ['64MiB', 64 * 2 ** 20],
  'max-fill': ['1.5GiB', 1.5 * 2 ** 30],
  'temp-dir': ['/tmp', '/tmp'],
  'max-disk': ['2GiB', 2 * 2 ** 30],
  format: ['json', 'json'],
  output: ['-', '-'],
  header: ['X-Token: a:b', ['X-Token: a:b']],
  timeout: ['5', 5],
  absent: ['403', ['403']],
  depth: ['0', 0],
  spec: ['/params/w', '/params/w'],
  sums: ['SHA256SUMS', 'SHA256SUMS'],
  'hub-tree': ['f', 'f'],
  bundle: ['f', 'f'],
  'cert-root': ['f', 'f'],
  'certificate-identity': ['f', 'f'],
  'certificate-oidc-issuer': ['f', 'f'],
  'trusted-root': ['f', 'f'],
})
const wrong = /** @type {Record<string, string[]>} */ ({
  lock: [''],
  key: [''],
  signature: [''],
  'require-signer': ['', 'ab', 'AB'.repeat(32), `sha512:${'0a'.repeat(32)}`],
  policy: [''],
  sign: [''],
  type: ['', 'RSA', 'p-256'],
  fingerprint: [
    '',
    'leafsum1:',
    'blake3:' + '0'.repeat(64),
    `leafsum1:${'0'.repeat(63)}`,
    `leafsum1:${'A'.repeat(64)}`,
  ],
  rename: ['', 'x', '=>x'],
  'strip-prefix': [''],
  sample: ['', '5', '%', 'x%', '1e3', 'all'].filter(text => text !== '5'),
  seed: ['', 'x', '-1', '1.5'],
  state: [''],
  mesh: ['', 'data', 'data=0', 'data=x', 'data=4,', '=4', 'data=4,data=2', 'x=1,data=4,y=2,data=2'],
  against: [''],
  item: [],
  prefix: ['', 'a/b'],
  generation: ['', '0', 'x', '1.5', '9007199254740992'],
  step: [''],
  include: [''],
  exclude: [''],
  algorithm: ['', 'md5', 'blake3,', 'sha256,sha256'],
  jobs: ['', '0', '65', 'two', '1.0'],
  'max-memory': ['', '64 M', 'MiB', '1', '65GiB', '1e9', '64mibs'],
  'max-fill': ['', 'much', '10000TiB'],
  'temp-dir': [''],
  'max-disk': ['', 'much', '10000TiB'],
  format: ['', 'xml', 'JSON'],
  output: [''],
  progress: ['', 'yes'],
  color: ['', 'no'],
  header: ['', 'none', ': x', 'a b: c'],
  timeout: ['', '0', '3601', '1.5', 'x'],
  absent: ['', '200', '416', '429', '500', '4', '4033', 'x'],
  depth: ['', '65', 'x', '1.5'],
  spec: [],
  sums: [''],
  'hub-tree': [''],
  bundle: [''],
  'cert-root': [''],
  'certificate-identity': [''],
  'certificate-oidc-issuer': [''],
  'trusted-root': [''],
})
const camel = (/** @type {string} */ name) => name.replace(/-(.)/g, (_, c) => c.toUpperCase())
const operands = (/** @type {string} */ command) => kCommands[command].operands.map(name => name.toLowerCase())
const refusal = /** @type {any} */ ({ name: 'LeafsumError', code: 'usage', message: /^[^\n]+$/ })

for (const [command, { options, silent = [] }] of Object.entries(kCommands)) {
  test(`${command}: every option of its table, right and wrong`, () => {
    for (const name of options) {
      const spec = kOptions[name]
      const base = [command, ...operands(command)]
      if (spec.type === 'flag') {
        assert.equal(parseArguments([...base, `--${name}`]).options[camel(name)], true, name)
        assert.throws(() => parseArguments([...base, `--${name}=1`]), refusal, name)
        continue
      }
      if (spec.type === 'when') {
        assert.equal(parseArguments([...base, `--${name}`]).options[name], 'always')
        assert.equal(parseArguments([...base, `--${name}=never`]).options[name], 'never')
      } else {
        const [text, value] = right[name]
        assert.deepEqual(parseArguments([...base, `--${name}`, text]).options[camel(name)], value, name)
        assert.deepEqual(parseArguments([`--${name}=${text}`, ...base]).options[camel(name)], value, name)
        assert.throws(() => parseArguments([...base, `--${name}`]), { ...refusal, message: /wants a value/ }, name)
        assert.throws(() => parseArguments([...base, `--${name}`, '--json']), refusal, name)
        if (spec.type !== 'repeat') {
          assert.throws(() => parseArguments([...base, `--${name}=${text}`, `--${name}=${text}`]), {
            ...refusal,
            message: /given twice/,
          })
        }
      }
      for (const text of wrong[name]) {
        assert.throws(() => parseArguments([...base, `--${name}=${text}`]), refusal, `--${name}=${text}`)
      }
    }
  })

  test(`${command}: options of other commands, unknown ones, wrong operands`, () => {
    const names = operands(command)
    for (const name of Object.keys(kOptions).filter(one => !options.includes(one) && !silent.includes(one))) {
      const given = kOptions[name].type === 'flag' ? `--${name}` : `--${name}=${right[name]?.[0] ?? 'auto'}`
      assert.throws(() => parseArguments([command, ...names, given]), { ...refusal, message: /has no option/ }, name)
    }
    const optional = kCommands[command].optional ? [['extra', 'more']] : [['extra']]
    for (const bad of [['--frobnicate'], ['-x'], ['-qv'], ['--no-json'], ...optional]) {
      assert.throws(() => parseArguments([command, ...names, ...bad]), refusal, bad[0])
    }
    if (names.length > 0) {
      assert.throws(() => parseArguments([command, ...names.slice(1)]), { ...refusal, message: /wants/ })
      assert.throws(() => parseArguments([command, ...names.slice(1), '']), { ...refusal, message: /empty/ })
    }
    assert.equal(parseArguments([command, '-h']).options.help, true)
    assert.match(helpText(command), new RegExp(`^leafsum ${command} `))
    for (const name of options) assert.ok(helpText(command).includes(`--${name}`), name)
    for (const name of silent) {
      assert.equal(parseArguments([command, ...names, `--${name}`]).options[camel(name)], true)
      assert.ok(!helpText(command).includes(`--${name}`), name)
    }
  })
}

test('what excludes each other', () => {
  for (const pair of [
    ['--lock=a', '--against=b'],
    ['--step', '1', '--all-steps'],
    ['-q', '-v'],
    ['--json', '--format=human'],
    ['--json', '--format', 'ndjson'],
  ]) {
    assert.throws(() => parseArguments(['verify', 'a', ...pair]), { ...refusal, message: /exclude each other/ })
  }
  assert.equal(parseArguments(['verify', 'a', '--json', '--format=json']).options.json, true)
})

test('commands: none, unknown, nearly right', () => {
  assert.throws(() => parseArguments([]), { ...refusal, message: /which command/ })
  assert.throws(() => parseArguments(['verfy', 'a']), { ...refusal, message: /did you mean verify\?/ })
  assert.throws(() => parseArguments(['constructor', 'a']), { ...refusal, message: /unknown command/ })
  assert.throws(() => parseArguments(['lock', 'a', '--jbs=1']), { ...refusal, message: /did you mean --jobs\?/ })
  assert.throws(() => parseArguments(['lock', 'a', '--constructor']), { ...refusal, message: /unknown option/ })
  assert.deepEqual(parseArguments(['-h']), { command: '', operands: [], options: { help: true } })
  assert.deepEqual(parseArguments(['--version']).options, { version: true })
})

test('short forms, -- and several globs', () => {
  const { operands: names, options } = parseArguments([
    'lock',
    '-q',
    '-oout',
    '--include=/a',
    '--include',
    '/b',
    '--',
    '-dir',
  ])
  assert.deepEqual(names, ['-dir'])
  assert.deepEqual(options, { quiet: true, output: 'out', include: ['/a', '/b'] })
  assert.equal(parseArguments(['lock', 'a', '-o', '-']).options.output, '-')
  assert.equal(parseArguments(['lock', 'a', '--item', '']).options.item, '')
})

test('--jobs auto leaves the number to us', () => {
  assert.equal(parseArguments(['lock', 'a', '--jobs', 'auto']).options.jobs, undefined)
  assert.throws(() => parseArguments(['lock', 'a', '--jobs=automatic']), { ...refusal, message: /or auto is wanted/ })
})

test('short options may stand together', () => {
  assert.deepEqual(parseArguments(['lock', 'a', '-vo', 'out']).options, { verbose: true, output: 'out' })
  assert.equal(parseArguments(['lock', 'a', '-o=out']).options.output, 'out')
})

test('did you mean: letters put in, left out, changed, swapped; a beginning; nothing that is far', () => {
  for (const [word, meant] of [
    ['verfy', 'verify'],
    ['evrify', 'verify'],
    ['VERIFY', 'verify'],
    ['comp', 'completion'],
    ['lokc', 'lock'],
    ['frobnicate', undefined],
    ['', undefined],
    ['x'.repeat(99), undefined],
  ])
    assert.equal(nearest(/** @type {string} */ (word), Object.keys(kCommands)), meant, word)
})

test('help: every command has two examples of its own and its exit codes, in at most 100 columns, or as many as there are', () => {
  for (const [command, { examples, exits }] of Object.entries(kCommands)) {
    assert.ok(examples.length === 2 || (examples.length === 3 && command === 'verify'), command)
    for (const [typed] of examples) assert.ok(typed.startsWith(`leafsum ${command}`), typed)
    assert.equal(exits[0][0], 0)
    for (const columns of [undefined, 0, 60, 500])
      for (const line of helpText(command, columns).split('\n'))
        assert.ok(line.length <= (columns === 60 ? 80 : 104), `${command}: ${line}`)
  }
})
