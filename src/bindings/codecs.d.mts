export { default } from './core.mjs'
