// `import 'leafsum/inline/element'`: <leafsum-verify>, which verifies a checkpoint by its address in somebody's page.
// Out of a browser it is a class that nobody registers.
import './inline_codecs.js'
import { LeafsumVerify } from './element/element.js'

export { LeafsumVerify }

if (globalThis.customElements && !customElements.get('leafsum-verify'))
  customElements.define('leafsum-verify', LeafsumVerify)
