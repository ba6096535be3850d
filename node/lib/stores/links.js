// Which symbolic links are followed, as files of the listing (contract §11.4). Pure: decided from real paths alone, so
// that a directory and an archive have one rule.

const kMaxNested = 8 // links on the way to a link; the system itself follows 40
const kBlobParents = 7 // of the source: `blobs` beside it, or beside one of the six directories above it
const kBlobName = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i

/**
 * @param {object} link
 * @param {string} link.root  the source's real path; "/" between components, as in all of these
 * @param {string[]} link.way  real paths of the directories that lead to it: where each link on its way lies, and where
 * it lies itself
 * @param {string} link.target  real path of what it leads to, through all links
 * @param {'file' | 'directory' | 'other'} link.kind  of the target
 * @param {boolean} [link.everywhere]  --follow-links
 */
export function isFollowed({ root, way, target, kind, everywhere = false }) {
  if (kind === 'other' || way.length > kMaxNested) return false
  // A directory that contains the link contains itself again and again.
  if (kind === 'directory' && way.some(directory => contains(target, directory))) return false
  return everywhere || contains(root, target) || (kind === 'file' && isBlob(root, target))
}

/** The path below the source of what a link leads to; undefined outside of it. */
export function pathBelow(/** @type {string} */ root, /** @type {string} */ target) {
  return target !== root && contains(root, target) ? target.slice(inside(root).length) : undefined
}

/** "/" and "C:/" end in one already. */
const inside = (/** @type {string} */ directory) => (directory.endsWith('/') ? directory : `${directory}/`)
const contains = (/** @type {string} */ directory, /** @type {string} */ path) =>
  path === directory || path.startsWith(inside(directory))

/** `…/snapshots/<revision>/…` leads to `…/blobs/<digest>` in the cache of a hub. */
function isBlob(/** @type {string} */ root, /** @type {string} */ target) {
  const [directory, name] = split(target)
  const [above, blobs] = split(directory)
  if (blobs !== 'blobs' || !kBlobName.test(name)) return false
  let parent = root
  for (let n = 0; n < kBlobParents && parent !== ''; n++) {
    parent = split(parent)[0]
    if (parent === above) return true
  }
  return false
}

const split = (/** @type {string} */ path) => {
  const at = path.lastIndexOf('/')
  return at < 0 ? ['', path] : [path.slice(0, at), path.slice(at + 1)]
}
