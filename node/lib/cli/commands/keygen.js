import { keygen } from '../../api_node.js'
import { checkWritable, writeAtomically } from '../output.js'
import { newPassphraseFor } from '../passphrase.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const { output = 'leafsum.key.pem', force = false, type: algorithm, encrypt } = context.options
  const publicFile = output.replace(/(\.key)?(\.pem)?$/, '.pub.pem')
  for (const file of [output, publicFile]) checkWritable(file, { force })
  const passphrase = encrypt ? await newPassphraseFor(context.process, output) : undefined
  const { privateKey, publicKey, signedBy } = await keygen({ algorithm, passphrase })
  writeAtomically(output, privateKey, { force, mode: 0o600 })
  writeAtomically(publicFile, publicKey, { force })
  context.process.stdout.write(
    `${output}: the private key; keep it to yourself\n${publicFile}: the public key, ${signedBy}\n`,
  )
  return 0
}
