/** The lockfile that was chosen: did it come with the checkpoint? */

import { state } from './session.js'
import { liesInside } from './sources.js'

export async function judgeLockfile() {
  const { lockfile, checkpoint } = state
  if (!lockfile || lockfile.inside !== null) return
  try {
    lockfile.cameWithSource = checkpoint !== null && (await liesInside(lockfile.file, checkpoint))
  } catch {
    lockfile.cameWithSource = true // not to be read now, so nobody can say; the run will tell why
  }
}
