// What the user names on the command line: checkpoints and evidence.
import fs from 'node:fs'
import nodePath from 'node:path'
import { LeafsumError } from '../errors.js'
import { archiveOf, archiveOfUrl } from '../stores/archive/names.js'
import { fromPath } from '../stores/path.js'
import { pathBelow } from '../stores/way.js'

export const kMaxLockfile = 512 * 2 ** 20

export const isUrl = (/** @type {string} */ name) => /^https?:\/\//i.test(name)
/** A hub's or a bucket's */
const isNamed = (/** @type {string} */ name) => /^(hf|gs|s3):\/\//i.test(name)

/**
 * A store, or the promise of one: what reads URLs is loaded for them.
 * @param {string} name
 * @param {Record<string, any>} [options] of the command line
 */
export function openSource(name, { header = [], timeout, absent = [], followLinks, tempDir, maxDisk } = {}) {
  const isThere = fs.existsSync(name)
  if (!isThere && (isUrl(name) || isNamed(name))) {
    const how = {
      headers: Object.fromEntries(header.map(headerOf)),
      timeout: timeout && timeout * 1000,
      absent: absent.map(Number),
    }
    if (archiveOfUrl(name))
      return import('../api_node.js').then(({ fromArchive }) =>
        fromArchive(name, { ...how, followLinks, tempDir, maxDisk }),
      )
    return import('../stores/url.js').then(({ fromUrl }) => fromUrl(name, how))
  }
  if (name === '-') {
    return import('../host/platform_node.js').then(async ({ platform }) =>
      (await import('../stores/archive/open_path.js')).openStdin(platform, { followLinks, tempDir, maxDisk }),
    )
  }
  if (!isThere && /^[a-z][a-z0-9+.-]*:\/\//i.test(name))
    throw notYet(
      `${name}: such an address`,
      'http, https, hf, gs and s3 are; otherwise download the checkpoint and name its directory',
    )
  const archive = archiveAt(name)
  if (archive) {
    const { archive: file, inner } = archive
    return import('../api_node.js').then(({ fromArchive }) =>
      fromArchive(file, { inner, followLinks, tempDir, maxDisk }),
    )
  }
  return fromPath(name, { followLinks })
}

/** An archive that is there, as a source names it. */
export function archiveAt(/** @type {string} */ name) {
  const archive = archiveOf(name, fs.existsSync)
  return archive && fs.statSync(archive.archive, { throwIfNoEntry: false })?.isFile() ? archive : undefined
}

/** `Name: value` @returns {[string, string]} */
function headerOf(/** @type {string} */ line) {
  const at = line.indexOf(':')
  return [line.slice(0, at).trim(), line.slice(at + 1).trim()]
}

const notYet = (/** @type {string} */ what, /** @type {string} */ instead) =>
  new LeafsumError('usage', `${what} is not possible yet: ${instead}`)

/** The same source as a kvstore of TensorStore, whose paths end in "/". @param {string} name */
export function tensorstoreBase(name) {
  if (!fs.existsSync(name) && isUrl(name))
    return { driver: 'http', base_url: name.replace(/[?#].*$/s, '').replace(/\/*$/, '/'), path: '' }
  return { driver: 'file', path: nodePath.resolve(name).replace(/\/*$/, '/') }
}

/**
 * @param {string} name
 * @param {string} [what]  a lockfile, or sums
 */
export function readEvidence(name, what = 'the lockfile') {
  if (isUrl(name)) throw notYet(`${name}: a URL`, `download ${what}`)
  try {
    if (name === '-') {
      const bytes = new Uint8Array(fs.readFileSync(0))
      if (bytes.length > 0) return bytes
      throw new LeafsumError('evidence', `cannot read ${what} from stdin: nothing came`)
    }
    const stat = fs.statSync(name)
    if (!stat.isFile()) throw new LeafsumError('evidence', `cannot read ${what} ${name}: it is not a file`)
    if (stat.size > kMaxLockfile) throw new LeafsumError('evidence', `cannot read ${what} ${name}: it is over 512 MiB`)
    return new Uint8Array(fs.readFileSync(name))
  } catch (error) {
    if (error instanceof LeafsumError) throw error
    throw new LeafsumError('evidence', `cannot read ${what} ${name}: ${systemText(error)}`)
  }
}

/**
 * Whether a file lies in the source's directory, or is reached through a link that lies there: evidence from there
 * vouches for nothing. The file need not be there yet.
 * @param {string} file
 * @param {string} source
 */
export const liesInside = (file, source) => pathInside(file, source) !== undefined

/**
 * The path below the source of a file, or of the link in the source that leads to it; undefined where all of its way
 * lies elsewhere.
 * @param {string} file
 * @param {string} source
 */
export function pathInside(file, source) {
  if (source === '-' || ((isUrl(source) || isNamed(source)) && !fs.existsSync(source))) return undefined
  // No file lies in an archive; the archive itself is one that nothing may be written over.
  const archive = archiveAt(source)
  if (archive?.inner !== undefined) return pathBelow(file, archive.archive)
  return pathBelow(file, source)
}

/** `<last component of the source>.leafsum.json`, beside it; nothing beside "/". @param {string} source */
export function defaultLockfile(source) {
  if (source === '-' || isUrl(source) || isNamed(source)) return undefined
  const archive = archiveAt(source)
  const resolved = nodePath.resolve(archive?.archive ?? source)
  const inner = archive?.inner?.split('/').filter(Boolean).pop()
  const name = inner ?? nodePath.basename(resolved)
  return name === '' ? undefined : nodePath.join(nodePath.dirname(resolved), `${name}.leafsum.json`)
}

const kTexts = /** @type {Record<string, string>} */ ({
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is not a directory',
  EEXIST: 'it exists',
  ENOSPC: 'no space left',
  EROFS: 'the file system is read-only',
})

/** @param {unknown} error of node:fs */
export function systemText(error) {
  const code = /** @type {any} */ (error)?.code
  return kTexts[code] ?? (code ? String(code) : error instanceof Error ? error.message : String(error))
}
