/** What a file is that came without a directory: its content says so, and its name where the content cannot. */

import { kForeign } from '../node/lib/commands/foreign_formats.js'
import { formatOf } from '../node/lib/stores/archive/indexing.js'
import { isSums } from './sources.js'
import { statementOf } from './statement.js'

/**
 * @typedef {'archive' | 'packed' | 'lockfile' | 'sums' | import('./session.js').VoucherKind | 'other'} Kind  packed: in
 *   a form that is not read here
 */

const headSize = 4096
const archiveName = /\.(tar|tgz|tzst|tar\.(gz|zst)|zip)$/i
const packedName = /\.(tar\.(bz2|xz|lz4?|zstd?)|tbz2?|txz|7z|rar)$/i
const packedHead = /^(BZh[1-9]1AY|\xfd7zXZ\0|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07)/
const sumsHead = /^(#.*\r?\n)*\\?([0-9a-fA-F]{64}[ \t]+\S|SHA256 ?\()/

const pemHead = /^(.*\r?\n){0,20}-----BEGIN [A-Z ]+-----/
const bundleHead = /^\s*\{[^]*"(mediaType|verificationMaterial|dsseEnvelope|messageSignature)"\s*:/
const mostBundle = 64 << 20 // bytes

/** @param {File} file @returns {Promise<Kind>} */
export async function kindOf(file) {
  const head = new Uint8Array(await file.slice(0, headSize).arrayBuffer())
  const text = new TextDecoder('latin1').decode(head)
  const format = formatOf(head)
  // What torch.save and numpy.savez write are zips too.
  const isForeign = kForeign.some(({ like, name }) => like !== 'an archive' && name?.test(file.name))
  if (format === 'tar' ? hasTarHeader(head) : format && !isForeign) return 'archive'
  if (packedHead.test(text)) return 'packed'
  if (/^\s*\{\s*"leafsum"/.test(text)) return 'lockfile'
  if (sumsHead.test(text)) return 'sums'
  if (pemHead.test(text)) return 'key'
  if (bundleHead.test(text) && file.size <= mostBundle) return bundleKind(file)
  // Damaged, or of another form: whoever reads it says so.
  if (archiveName.test(file.name)) return 'archive'
  if (packedName.test(file.name)) return 'packed'
  if (isSums(file.name)) return 'sums'
  if (/\.(pem|pub)$/i.test(file.name)) return 'key'
  return file.name.endsWith('.json') ? 'lockfile' : 'other'
}

/** @param {File} file @returns {Promise<Kind>} */
async function bundleKind(file) {
  try {
    return statementOf(new Uint8Array(await file.arrayBuffer())).isModel ? 'model' : 'signature'
  } catch {
    return file.name.endsWith('.sig') ? 'model' : 'signature'
  }
}

/** The header's own sum: a tar of 1979 has no other mark. @param {Uint8Array} head */
function hasTarHeader(head) {
  const field = new TextDecoder('latin1').decode(head.subarray(148, 156))
  const sum = /^ *([0-7]+)[\0 ]/.exec(field)
  if (!sum) return false
  const bytes = head.subarray(0, 512).reduce((all, byte) => all + byte, 0)
  const own = head.subarray(148, 156).reduce((all, byte) => all + byte, 0)
  return bytes - own + 8 * 32 === Number.parseInt(sum[1], 8)
}
