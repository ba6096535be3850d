/** The Worker of the page for addresses: that of the page for files, and what lies on servers. */

import { openUrl } from '../../node/lib/stores/open_url.js'
import { openers } from '../worker.js'

openers.url = ({ url }, load) => openUrl(url, /** @type {any} */ ({ load }))
