import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const text = readFileSync(join(root, 'SECURITY.md'), 'utf8')

/** Each link to a test file, with the names that follow it up to the next link. */
const named = [...text.matchAll(/\[[\w.-]+\.test\.ts\]\(([^)]+)\)([^[\n]*)/g)].map(
  ([, file = '', rest = '']) => ({
    file,
    names: [...rest.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
  }),
)

/** Those that the attack table has to have. */
const ATTACKS = [
  'cross-site WebSocket hijack',
  'session theft',
  'peer id hijack',
  'request-id games',
  'decompression bomb',
  'log injection',
  'header injection through reject reasons',
  'CRLF in names',
  'ReDoS',
  'prototype pollution',
]

describe('SECURITY.md', () => {
  it.each(ATTACKS)('has a row for %s, with a test', (attack) => {
    const row = text.split('\n').find((line) => line.startsWith(`| ${attack} |`))
    expect(row).toMatch(/\.test\.ts\]\([^)]+\) "[^"]+"/)
  })

  it('names tests', () => {
    expect(named.flatMap(({ names }) => names).length).toBeGreaterThan(25)
    expect(named.filter(({ names }) => names.length === 0)).toEqual([])
  })

  it.each(named)('$file has the tests that it is named for', ({ file, names }) => {
    expect(existsSync(join(root, file))).toBe(true)
    const source = readFileSync(join(root, file), 'utf8')
    // Of a name in the test's own quotes, which may be parts of a table.
    const missing = names.filter(
      (name) => ![`'${name}'`, `"${name}"`, `\`${name}\``].some((quoted) => source.includes(quoted)),
    )
    expect(missing).toEqual([])
  })
})
