// A browser's Worker: its whole script. Both glues are imported statically: bundlers that write a worker as one classic
// script cannot split it.
import core from './core/core.mjs'
import codecs from './core/codecs.mjs'
import { serveWorker } from './host/serve_worker.js'

serveWorker({ core, codecs })
