// What the modules import: embind's own functions alone. None of them reaches for a global of JavaScript or the
// network: what a module needs of its host it is handed.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'

const build = new URL('../../build/wasm/', import.meta.url)

/** The names behind the letters that a linker's optimiser gives to imports: from the glue's own table. */
function importsOf(/** @type {string} */ name) {
  const module = new WebAssembly.Module(fs.readFileSync(new URL(`${name}.wasm`, build)))
  const glue = fs.readFileSync(new URL(`${name}.mjs`, build), 'utf8')
  const table = glue.match(/(?:asmLibraryArg|wasmImports)\s*=\s*\{([^}]*)\}/)?.[1] ?? ''
  const named = new Map(
    [...table.matchAll(/"?([\w$]+)"?\s*:\s*([\w$]+)/g)].map(([, letter, long]) => [letter, long.replace(/^_+/, '')]),
  )
  return WebAssembly.Module.imports(module).map(one => {
    const long = named.get(one.name)
    assert.ok(long, `${name}: import ${one.module}.${one.name} is not in the glue's table`)
    return long
  })
}

const kKnown =
  /^(embind_(finalize_value|register)_\w+|emval_(as|call|call_method|call_void_method|decref|get_method_caller|get_property|incref|new|new_array|new_cstring|new_object|run_destructors|set_property|take_value|strictly_equals|equals|is_string)|abort|emscripten_(memcpy_big|memcpy_js|resize_heap|date_now)|assert_fail|abort_js)$/

for (const name of ['core', 'codecs', 'trust'])
  test(`${name}.wasm imports embind's functions and nothing else`, () => {
    const imports = importsOf(name)
    assert.ok(imports.length > 10)
    assert.deepEqual(
      imports.filter(one => !kKnown.test(one)),
      [],
    )
    for (const forbidden of ['emval_get_global', 'fetch'])
      assert.ok(!imports.some(one => one.includes(forbidden)), forbidden)
  })
