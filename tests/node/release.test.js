// tools/release.sh looks, packs and says what publishes; it publishes nothing.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { copyPackable, root } from './support/packed.js'
import { scratch } from './support/places.js'

test('release.sh packs a clean tree and prints the command', t => {
  const place = scratch(t)
  const tree = join(place, 'tree')
  copyPackable(tree)
  for (const file of ['tools/release.sh', 'cmake/env.sh', 'CHANGELOG.md'])
    fs.cpSync(join(root, file), join(tree, file), { recursive: true })
  fs.writeFileSync(join(tree, '.gitignore'), 'build/\n')
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', ...args], { cwd: tree })
  git('init', '-q')
  git('add', '-A')
  git('commit', '-q', '-m', 'all')
  // npm that tells what it was asked for
  const real = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim()
  fs.mkdirSync(join(place, 'bin'))
  fs.writeFileSync(join(place, 'bin/npm'), `#!/bin/sh\necho "$@" >>"${place}/asked"\nexec "${real}" "$@"\n`, {
    mode: 0o755,
  })
  const release = () =>
    spawnSync('bash', ['tools/release.sh', '--no-tests'], {
      cwd: tree,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${join(place, 'bin')}${delimiter}${process.env.PATH}`,
        npm_config_cache: join(place, 'cache'),
      },
    })

  const { status, stdout, stderr } = release()
  assert.equal(status, 0, stderr)
  const { version } = JSON.parse(fs.readFileSync(join(root, 'node/package.json'), 'utf8'))
  const tarball = `build/release/leafsum-${version}.tgz`
  assert.ok(stdout.includes(`  npm publish ${tarball} --provenance --access public\n`), stdout)
  const hash = createHash('sha256')
    .update(fs.readFileSync(join(tree, tarball)))
    .digest('hex')
  assert.ok(fs.readFileSync(join(tree, 'build/release/SHA256SUMS'), 'utf8').includes(hash))
  assert.doesNotMatch(fs.readFileSync(join(place, 'asked'), 'utf8'), /publish/)
  assert.equal(git('status', '--porcelain').toString(), '')

  fs.appendFileSync(join(tree, 'CHANGELOG.md'), '\n')
  const dirty = release()
  assert.deepEqual([dirty.status, /no commit has/.test(dirty.stderr)], [1, true])
  git('checkout', '-q', '.')
  const file = join(tree, 'node/package.json')
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(version, '9.9.9'))
  git('commit', '-q', '-a', '-m', 'another version')
  assert.match(release().stderr, /node\/package\.json is 9\.9\.9/)
})
