/// <reference lib="esnext.disposable" />
// The interface, for Node and browsers. Types of a host (File, AbortSignal, URL) are described by what is used of them:
// neither the DOM's nor Node's declarations are needed.
export * from './types/calls.js'
export * from './types/checkpoint.js'
export * from './types/host.js'
export * from './types/names.js'
export * from './types/options.js'
export * from './types/report.js'
export * from './types/results.js'
export * from './types/source.js'
