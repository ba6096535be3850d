// Opens an archive: its index is made, and a store of its members.
import { LeafsumError } from '../../errors.js'
import { archiveCodecs, contentsOf, described } from './contents.js'
import { indexOf } from './indexing.js'
import { later } from './machine.js'
import { BlobArchiveStore, readBlob } from './store.js'

/** @typedef {import('./contents.js').ArchiveOptions} ArchiveOptions */

/**
 * @param {import('../../host/platform.js').Platform} platform
 * @param {any} source  an address, a path (in Node), or a Blob: a File that was dropped
 * @param {ArchiveOptions} [options]
 */
export async function openArchive(platform, source, options = {}) {
  checkOptions(options)
  if (
    typeof source?.slice === 'function' &&
    typeof source.arrayBuffer === 'function' &&
    typeof source.size === 'number'
  )
    return openBlob(platform, source, options)
  const text = typeof source === 'string' ? source : typeof source?.href === 'string' ? source.href : ''
  if (/^(https?|hf|gs|s3):\/\//i.test(text))
    return (await import('./open_url.js')).openArchiveUrl(platform, text, options)
  const isPath = typeof source === 'string' || (typeof source?.href === 'string' && source.protocol === 'file:')
  if (isPath && platform.openArchiveFile) return platform.openArchiveFile(source, options)
  throw new LeafsumError(
    'usage',
    `fromArchive: ${platform.openArchiveFile ? 'a path, a URL or a Blob' : 'a Blob (a File that was dropped or chosen) or a URL'} is wanted`,
  )
}

function checkOptions(/** @type {any} */ options) {
  if (typeof options !== 'object' || options === null)
    throw new LeafsumError('usage', 'fromArchive: options: an object is wanted')
  for (const [name, type] of Object.entries({
    inner: 'string',
    tempDir: 'string',
    followLinks: 'boolean',
    maxDisk: 'number',
    name: 'string',
    headers: 'object',
    timeout: 'number',
  })) {
    if (options[name] !== undefined && typeof options[name] !== type)
      throw new LeafsumError('usage', `fromArchive: ${name}: a ${type} is wanted`)
  }
}

async function openBlob(/** @type {any} */ platform, /** @type {any} */ blob, /** @type {ArchiveOptions} */ options) {
  const { codecs, module } = await archiveCodecs(platform)
  const indexed = await later(indexOf(codecs, blob.size), want => readBlob(blob, want))
  const name = options.name ?? blob.name ?? ''
  const contents = contentsOf(indexed, blob.size, { ...options, name })
  return Object.assign(new BlobArchiveStore(contents, blob, { codecs, module }), described(contents))
}
