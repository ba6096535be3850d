// The commands in Node. The sources stand in index.js: the program loads the one that it is given.
import { makeApi } from './api.js'
import { platform } from './host/platform_node.js'

export const { init, lock, verify, check, diff, match, digest, list, metadata, read, openCheckpoint, explain, codes } =
  makeApi(platform)
