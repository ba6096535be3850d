// The commands in Node.
import { makeApi } from './api.js'
import { platform } from './platform_node.js'

export const { init, lock, verify, check, diff, match, digest, list, metadata, read, openCheckpoint, explain, codes } = makeApi(platform)
