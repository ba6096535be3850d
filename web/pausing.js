/** Reads that can be held back: while the page is paused no new one begins, and those under way come to their end. */

let go = () => {}
/** @type {Promise<void> | undefined} */
let gate

/** @param {boolean} paused */
export function setPaused(paused) {
  if (paused && !gate) {
    gate = new Promise(resolve => {
      go = resolve
    })
  } else if (!paused) {
    go()
    gate = undefined
  }
}

/** @template {import('../node/lib/stores/store.js').Store} Files @param {Files} store */
export function gated(store) {
  const { get, getRange, open } = store
  return Object.assign(store, {
    /** @type {typeof get} */
    async get(key) {
      await gate
      return get.call(store, key)
    },
    /** @type {typeof getRange} */
    async getRange(key, range) {
      await gate
      return getRange.call(store, key, range)
    },
    ...(open && {
      /** @type {typeof open} */
      async open(key, range) {
        await gate
        return open.call(store, key, range)
      },
    }),
  })
}
