// A Worker's whole script where the package is served as it stands; a page that bundles calls serveWorker itself.
import { serveWorker } from './serve_worker.js'

serveWorker()
