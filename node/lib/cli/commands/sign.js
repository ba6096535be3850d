import { basename } from 'node:path'
import { LeafsumError } from '../../errors.js'
import { sign } from '../../api_node.js'
import { checkWritable, refuseToOverwrite, writeAtomically } from '../output.js'
import { kSuffix } from '../signature.js'
import { signerOf } from '../signer.js'
import { readEvidence } from '../source.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const {
    operands: [file],
    options: { key, output, force = false },
  } = context
  if (key === undefined)
    throw new LeafsumError('usage', 'sign with which key? --key KEY.pem (leafsum keygen makes one)')
  if (key.length > 1) throw new LeafsumError('usage', 'a bundle has one signature: give one --key')
  if (file === '-') throw new LeafsumError('usage', 'a lockfile is signed with its name: name the file')
  const target = output ?? file + kSuffix
  const { bundle, signedBy } = await signed(context, readEvidence(file), basename(file), key[0], target)
  writeAtomically(target, bundle, { force })
  context.process.stdout.write(`${target}: signed by ${signedBy}\n`)
  return 0
}

/**
 * @param {import('../context.js').Context} context
 * @param {Uint8Array} lockfile
 * @param {string} name
 * @param {string} keyFile
 * @param {string} target
 */
async function signed(context, lockfile, name, keyFile, target) {
  const { force = false } = context.options
  refuseToOverwrite({ file: target, option: '-o' }, [
    { file: context.operands[0], is: 'the lockfile' },
    { file: keyFile, is: 'the key' },
  ])
  checkWritable(target, { force })
  const { signature, signedBy } = await signWith(lockfile, name, signerOf(context.process, keyFile))
  return { bundle: signature, signedBy }
}

/**
 * @param {Uint8Array} lockfile
 * @param {string} name
 * @param {import('../signer.js').Signer} signer
 */
export const signWith = (lockfile, name, { key, keyName, passphrase }) =>
  sign(lockfile, { key, keyName, lockfileName: name, passphrase })
