import { existsSync, realpathSync } from 'node:fs'
import { LeafsumError } from '../../errors.js'
import { verify } from '../../index.js'
import { defaultLockfile, liesInside, openSource, readEvidence } from '../source.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const { operands: [source], options } = context
  const store = openSource(source, options)
  const against = options.against === undefined ? undefined : openSource(options.against, options)
  const lockfile = options.lock === undefined ? undefined : readEvidence(options.lock)
  refuseToOverwrite(options)
  context.checkOutput()

  const report = await verify(store, {
    ...context.apiOptions(),
    against,
    lockfile,
    lockfileCameWithSource: lockfile && liesInside(options.lock, source),
  })
  context.bar.clear()
  context.write(context.reportText(report))
  if (report.exit_code === 5) hint(context, source)
  return report.exit_code
}

function refuseToOverwrite(/** @type {Record<string, any>} */ { lock, output }) {
  if (lock !== undefined && output !== undefined && existsSync(output) && realpathSync(output) === realpathSync(lock)) {
    throw new LeafsumError('usage', `-o ${output} is the lockfile itself: name another file`)
  }
}

/** A lockfile beside the source is never picked up unasked, but it is told. */
function hint(/** @type {import('../context.js').Context} */ context, /** @type {string} */ source) {
  const beside = defaultLockfile(source)
  context.note(beside && existsSync(beside)
    ? `nothing to compare with was named; there is ${beside}: --lock takes it`
    : 'nothing to compare with was named: --lock FILE, --fingerprint F or --against SRC2')
}
