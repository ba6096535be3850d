// What is taken for an archive by its name, and what of it is meant: `run.tar.gz!/300`.

export const kArchive = /\.(?:tar|tar\.gz|tgz|tar\.zst|tzst|zip)$/i
const kInner = /^(.*?\.(?:tar|tar\.gz|tgz|tar\.zst|tzst|zip))!\/(.*)$/is

/**
 * What is taken for an archive of an address: `https://host/run.tar.gz!/300?signature`. One that ends in "/" is a
 * directory.
 * @param {string} address
 * @returns {{ archive: string, inner: string | undefined } | undefined}
 */
export function archiveOfUrl(address) {
  const [, host, path, query = ''] = /^([a-z0-9]+:\/\/[^/?#]*\/)([^?#]*)(.*)$/is.exec(address) ?? []
  const { archive, inner } = archiveOf(path ?? '', () => false) ?? {}
  return archive === undefined ? undefined : { archive: host + archive + query, inner: inner && decoded(inner) }
}

function decoded(/** @type {string} */ text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * @param {string} name
 * @param {(file: string) => boolean} isThere
 * @returns {{ archive: string, inner: string | undefined } | undefined} undefined where it names no archive
 */
export function archiveOf(name, isThere) {
  if (kArchive.test(name)) return { archive: name, inner: undefined }
  const [, archive, inner] = kInner.exec(name) ?? []
  return archive !== undefined && !isThere(name) ? { archive, inner } : undefined
}
