// What is taken for an archive by its name, and what of it is meant: `run.tar.gz!/300`.

export const kArchive = /\.(?:tar|tar\.gz|tgz|tar\.zst|tzst|zip)$/i
const kInner = /^(.*?\.(?:tar|tar\.gz|tgz|tar\.zst|tzst|zip))!\/(.*)$/is

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
