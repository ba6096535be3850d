import { existsSync } from 'node:fs'
import { verifyBlob } from '../../api_node.js'
import { LeafsumError } from '../../errors.js'
import { refuseToOverwrite } from '../output.js'
import { renderSignature } from '../signature_text.js'
import { readEvidence } from '../source.js'
import { basename } from 'node:path'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const { operands, options } = context
  const [file] = operands
  const keys = [options.key ?? []].flat() // `verify` may have several
  if (keys.length > 1) throw new LeafsumError('usage', 'verify-blob takes one --key: the signature is one')
  const named = {
    bundle: options.bundle,
    key: keys[0],
    certRoot: options.certRoot,
    trustedRoot: options.trustedRoot,
  }
  if (options.bundle === undefined)
    throw new LeafsumError('usage', `verify-blob wants the signature: --bundle ${file}.sigstore.json`)
  refuseToOverwrite({ file: options.output, option: '-o' }, [
    { file, is: 'the file' },
    ...Object.values(named).map(one => ({ file: one, is: 'evidence' })),
  ])
  context.checkOutput()
  const read = (/** @type {string | undefined} */ name, /** @type {string} */ what) =>
    name === undefined ? undefined : readEvidence(name, what)
  const report = await verifyBlob(sourceOf(file), {
    bundle: read(named.bundle, 'the bundle'),
    bundleName: basename(options.bundle),
    key: read(named.key, 'the public key'),
    certRoot: read(named.certRoot, 'the root certificate'),
    trustedRoot: read(named.trustedRoot, 'the trusted root'),
    certificateIdentity: options.certificateIdentity,
    certificateOidcIssuer: options.certificateOidcIssuer,
  })
  if (context.format !== 'human') context.write(`${JSON.stringify(report)}\n`)
  else if (!context.quiet) context.write(renderSignature(report, context.paint))
  return report.exit_code
}

/** A path, or the digest of what is elsewhere. */
function sourceOf(/** @type {string} */ file) {
  const sha256 = /^sha256:([0-9a-f]{64})$/.exec(file)?.[1]
  return sha256 !== undefined && !existsSync(file) ? { sha256 } : file
}
