// What the system says of a file, as a store's failure.
import { StoreError } from './store.js'

export const changed = () => new StoreError('changed', 'changed since it was listed')
export const throughLink = () => new StoreError('unreadable', 'refused: the path goes through a symlink')

const kTexts = /** @type {Record<string, [import('./store.js').FailureKind, string]>} */ ({
  ENOENT: ['missing', 'no such file'],
  ENOTDIR: ['missing', 'no such file'],
  ENAMETOOLONG: ['missing', 'no such file: the name is too long'],
  EACCES: ['unreadable', 'permission denied'],
  EPERM: ['unreadable', 'permission denied'],
  EISDIR: ['unreadable', 'refused: not a regular file'],
  ENXIO: ['unreadable', 'refused: not a regular file'],
  ELOOP: ['unreadable', 'refused: the path goes through a symlink'],
  EMLINK: ['unreadable', 'refused: the path goes through a symlink'],
  EIO: ['unreadable', 'input/output error'],
  ESTALE: ['changed', 'changed since it was listed'],
})

/** Node's own messages hold the absolute path. */
export function toStoreError(/** @type {any} */ error) {
  if (error instanceof StoreError) return error
  const [kind, text] = kTexts[error?.code] ?? ['unreadable', `cannot be read (${error?.code ?? 'unknown error'})`]
  return new StoreError(kind, text)
}
