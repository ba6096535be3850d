// Evidence that is not what it should be, where its first line tells why (src/verify/cause.cc has more, for files of a
// source).

/** @param {Uint8Array | string} document @returns {string} what to add to a refusal */
export function causeOf(document) {
  const head = typeof document === 'string' ? document.slice(0, 64) : String.fromCharCode(...document.subarray(0, 64))
  if (/^version https:\/\/(git-lfs|hawser)\.github\.com\/spec\//.test(head))
    return '; it is a Git LFS pointer: run `git lfs pull` where it was cloned'
  return /^\s*<(!doctype )?html/i.test(head) ? '; it is an HTML page: download it again' : ''
}
