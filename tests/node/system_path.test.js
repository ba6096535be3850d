// Paths of Windows and of the others become the same keys. Pure functions, run here for both.
import assert from 'node:assert/strict'
import nodePath from 'node:path'
import { test } from 'node:test'
import { isFollowed, pathBelow } from '../../node/lib/stores/links.js'
import { below, components, isPlain, keyOf, slashed, startOf } from '../../node/lib/stores/system_path.js'

const { win32, posix } = nodePath

test('a place in a directory has one key', () => {
  for (const [flavour, root, place, key] of /** @type {[any, string, string, string]} */ ([
    [win32, 'C:\\models\\run', 'C:\\models\\run\\5\\state\\d\\a1', '5/state/d/a1'],
    [win32, 'C:\\models\\run', 'c:\\Models\\run\\5', '5'],
    [win32, 'C:\\', 'C:\\run\\5', 'run/5'],
    [win32, '\\\\server\\share\\run', '\\\\server\\share\\run\\5\\x', '5/x'],
    [win32, 'C:\\run', 'C:\\run', ''],
    [posix, '/models/run', '/models/run/5/state', '5/state'],
    [posix, '/', '/run/5', 'run/5'],
    // A backslash is a letter of a name there.
    [posix, '/run', '/run/a\\b', 'a\\b'],
  ]))
    assert.equal(keyOf(root, place, flavour), key)
})

test('names are joined by what the system joins them by', () => {
  for (const [flavour, directory, whole] of /** @type {[any, string, string]} */ ([
    [win32, 'C:\\run', 'C:\\run\\x'],
    [win32, 'C:\\', 'C:\\x'],
    [win32, '\\\\server\\share\\', '\\\\server\\share\\x'],
    [posix, '/run', '/run/x'],
    [posix, '/', '/x'],
  ]))
    assert.equal(below(directory, 'x', flavour), whole)
  assert.equal(slashed('C:\\a\\b', win32), 'C:/a/b')
  assert.equal(slashed('/a\\b', posix), '/a\\b')
})

test('where a path begins, and what it goes through', () => {
  for (const [flavour, path, cwd, root, names] of /** @type {[any, string, string, string, string[]]} */ ([
    [win32, 'run\\5', 'C:\\work', 'C:\\', ['work', 'run', '5']],
    [win32, 'run/5', 'C:\\work', 'C:\\', ['work', 'run', '5']],
    [win32, '..\\run', 'C:\\work', 'C:\\', ['work', '..', 'run']],
    [win32, 'D:\\run', 'C:\\work', 'D:\\', ['run']],
    [win32, 'D:/run', 'C:\\work', 'D:/', ['run']],
    [win32, '\\\\server\\share\\run', 'C:\\work', '\\\\server\\share\\', ['run']],
    [posix, 'run/5', '/work', '/', ['work', 'run', '5']],
    [posix, '/a\\b', '/work', '/', ['a\\b']],
  ])) {
    const start = startOf(path, cwd, flavour)
    assert.deepEqual([start.root, start.names.filter(Boolean)], [root, names], path)
  }
  // Of a drive's own current directory
  const { root, names } = startOf('D:run', 'C:\\work', { ...win32, resolve: () => 'D:\\there\\run' })
  assert.deepEqual([root, names], ['D:\\', ['there', 'run']])
  assert.deepEqual(components('a\\b/c', win32), ['a', 'b', 'c'])
  assert.deepEqual(components('a\\b/c', posix), ['a\\b', 'c'])
})

test('a key that Windows takes for something else is not opened there', () => {
  const odd = [
    'a\\b',
    '..\\x',
    'd/a:b',
    'C:x',
    'manifest.ocdbt.',
    'd/manifest ',
    'x./y',
    'NUL',
    'd/con',
    'aux.json',
    'COM1',
    'lpt9.x',
    'nul .x',
  ]
  for (const key of odd) assert.deepEqual([isPlain(key, win32), isPlain(key, posix)], [false, true], key)
  for (const key of ['manifest.ocdbt', 'd/0a1b', 'params.w/0.0', '.zarray', 'console', 'com10', 'a b', 'ünï'])
    assert.equal(isPlain(key, win32), true, key)
})

test('links are followed by the same rule below a drive', () => {
  const hub = 'C:/Users/me/.cache/huggingface/hub/models--a--b'
  const root = `${hub}/snapshots/0123`
  const blob = { way: [root], kind: /** @type {const} */ ('file') }
  assert.equal(isFollowed({ root, ...blob, target: `${hub}/blobs/${'0a'.repeat(32)}` }), true)
  assert.equal(isFollowed({ root, ...blob, target: 'C:/Windows/win.ini' }), false)
  assert.equal(isFollowed({ root: 'C:/', way: ['C:/'], kind: 'file', target: 'C:/x' }), true)
  assert.equal(isFollowed({ root: 'C:/', way: ['C:/'], kind: 'file', target: 'D:/x' }), false)
  assert.equal(isFollowed({ root: 'C:/run', way: ['C:/run'], kind: 'file', target: 'C:/runaway/x' }), false)
  for (const [where, target, path] of [
    ['C:/', 'C:/a/b', 'a/b'],
    ['C:/run', 'C:/run/a', 'a'],
    ['/', '/a', 'a'],
    ['/run', '/run', undefined],
    ['/run', '/runaway', undefined],
  ])
    assert.equal(pathBelow(/** @type {string} */ (where), /** @type {string} */ (target)), path)
})
