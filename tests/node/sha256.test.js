// Where a host has no SHA-256 that streams, as browsers: small leaves four at a time, middling ones by Web Crypto,
// others alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeApi } from '../../node/lib/api.js'
import { platform } from '../../node/lib/host/platform_node.js'
import * as leafsum from '../../node/lib/index.js'
import { casesIn } from './support/cases.js'
import { reportText } from '../../node/lib/report.js'

const browserLike = makeApi({ ...platform, sha256: undefined })
const options = {
  algorithms: /** @type {('blake3' | 'sha256')[]} */ (['blake3', 'sha256']),
  allSteps: true,
  workers: 1,
}

for (const { name, source } of ['orbax', 'zarr'].flatMap(casesIn).filter(one => !one.damage)) {
  test(name, async () => {
    const [own, theirs] = await Promise.all(
      [browserLike, leafsum].map(api => api.digest(leafsum.fromPath(source), options)),
    )
    assert.equal(reportText(own), reportText(theirs))
  })
}
