import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { LeafsumError } from '../../errors.js'
import { verify } from '../../api_node.js'
import { lockfileOf } from '../evidence.js'
import { checkWritable, refuseToOverwrite, writeAtomically } from '../output.js'
import { parseSize } from '../sizes.js'
import { signatureOf } from '../signature.js'
import { isUrl, liesInside, openSource, pathInside, readEvidence } from '../source.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const {
    operands: [source],
    options,
  } = context
  const store = await openSource(source, options)
  const against = options.against === undefined ? undefined : await openSource(options.against, options)
  const locked = await lockfileOf(options, source, store, context.signal)
  const signed = await signatureOf(options, context.signal)
  const sums = options.sums === undefined ? undefined : readEvidence(options.sums, 'the sums')
  const tree = options.hubTree === undefined ? undefined : hubTreeOf(options.hubTree, source)
  const bundle = options.bundle === undefined ? undefined : readEvidence(options.bundle, 'the bundle')
  const evidence = [
    { file: options.lock, is: 'the lockfile' },
    { file: options.sums, is: 'the sums' },
    { file: tree?.file, is: "the hub's tree" },
    { file: options.signature, is: 'the signature' },
    { file: options.policy, is: 'the policy' },
    { file: options.certRoot, is: 'the root certificate' },
    { file: options.trustedRoot, is: 'the trusted root' },
    { file: options.bundle, is: 'the bundle' },
  ]
  refuseToOverwrite({ file: options.output, option: '-o' }, [...evidence, { file: options.state, is: 'the state' }])
  refuseToOverwrite({ file: options.state, option: '--state' }, evidence)
  const sample = sampleOf(options)
  const state = stateOf(context)
  context.checkOutput()

  const report = await verify(store, {
    ...context.apiOptions(),
    against,
    ...locked,
    ...signed,
    sample,
    state,
    sums,
    sumsPath: sums && pathInside(options.sums, source),
    ...(tree && { hub: { ...tree.given, cache: options.hubCache } }),
    ...(bundle && {
      bundle,
      bundleName: options.bundle === '-' ? 'stdin' : basename(options.bundle),
      bundlePath: options.bundle === '-' ? undefined : pathInside(options.bundle, source),
      lockfilePath: fileInside(options.lock, source),
    }),
  })
  context.bar.clear()
  context.write(await context.reportText(report))
  return report.exit_code
}

/** A saved answer, of one directory of the repository perhaps (`FILE!/PATH`), or the address of the repository. */
function hubTreeOf(/** @type {string} */ name, /** @type {string} */ source) {
  if (/^hf:\/\//i.test(name) && !existsSync(name)) return { given: { tree: name } }
  const at = existsSync(name) ? -1 : name.indexOf('!/')
  const file = at < 0 ? name : name.slice(0, at)
  const directory =
    at < 0
      ? undefined
      : name
          .slice(at + 2)
          .split('/')
          .filter(Boolean)
          .join('/')
  const tree = readEvidence(file, "the hub's tree")
  return { file, given: { tree, treePath: file === '-' ? undefined : pathInside(file, source), directory } }
}

/** Where the lockfile lies in the source: a signature over its files may vouch for it. */
const fileInside = (/** @type {string | undefined} */ file, /** @type {string} */ source) =>
  file === undefined || file === '-' || isUrl(file) ? undefined : pathInside(file, source)

function sampleOf(/** @type {Record<string, any>} */ { sample, seed }) {
  if (sample === undefined) {
    if (seed !== undefined)
      throw new LeafsumError('usage', '--seed goes with --sample: verify SRC --sample 5% --seed N')
    return undefined
  }
  if (!sample.endsWith('%')) return { bytes: parseSize(sample), seed }
  const share = Number(sample.slice(0, -1)) / 100
  if (!(share > 0 && share <= 1))
    throw new LeafsumError('usage', `--sample ${sample}: above 0% and at most 100% is possible`)
  return { share, seed }
}

/** @returns {import('../../commands/state.js').StateFile | undefined} */
function stateOf(/** @type {import('../context.js').Context} */ context) {
  const { state: file, resume, lock } = context.options
  if (file === undefined) {
    if (resume) throw new LeafsumError('usage', '--resume goes on from a state: --resume --state FILE')
    return undefined
  }
  if (lock === undefined) throw new LeafsumError('usage', '--state belongs to a lockfile: --lock FILE')
  checkWritable(file, { force: true })
  // Who can put a file among the weights could vouch for them.
  if (context.sources.some(one => liesInside(file, one))) {
    throw new LeafsumError('usage', `--state ${file} lies inside the checkpoint: keep it elsewhere`)
  }
  return {
    read: resume && existsSync(file) ? () => new TextDecoder().decode(readEvidence(file, 'the state')) : undefined,
    write: text => writeAtomically(file, text, { force: true }),
    onResume: (leaves, isFinished) =>
      context.note(
        leaves === undefined
          ? isFinished
            ? `the state in ${file} is of a run that was finished, and that a URL's files are still the same only its server says: beginning anew`
            : `the state in ${file} is of other files, another lockfile or other options: beginning anew`
          : `resumed: ${leaves === 1 ? '1 leaf was' : `${leaves} leaves were`} found equal before`,
      ),
  }
}
