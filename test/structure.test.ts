import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

/** What each package may import of its siblings: ARCHITECTURE.md draws the same. Nothing imports upward. */
const below: Record<string, string[]> = {
  protocol: [],
  'client-core': ['protocol'],
  react: ['client-core', 'protocol'],
  vue: ['client-core', 'protocol'],
  'server-lite': ['protocol'],
  router: ['server-lite', 'protocol'],
  'peerjs-server': ['protocol', 'server-lite'],
  redis: ['protocol', 'server-lite'],
}

const sources = git('ls-files', '--cached', '--others', '--exclude-standard', ':(glob)packages/*/src/**')
  .filter((file) => /\.tsx?$/.test(file) && existsSync(join(root, file)))
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
const production = sources.filter(({ file }) => !/\.test(-d)?\.tsx?$/.test(file))

function git(...args: string[]): string[] {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean)
}

function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)
}

const packageOf = (file: string) => file.split('/')[1] ?? ''

describe('structure', () => {
  it('finds the sources', () => {
    expect(production.length).toBeGreaterThan(30)
    expect(Object.keys(below).sort()).toEqual(
      [...new Set(production.map(({ file }) => packageOf(file)))].sort(),
    )
  })

  it('imports only point down', () => {
    const upward = production.flatMap(({ file, text }) =>
      importsOf(text)
        .map((name) => /^@protoo-kit\/([^/]+)/.exec(name)?.[1])
        .filter((name) => name && !below[packageOf(file)]?.includes(name))
        .map((name) => `${file} -> ${name}`),
    )
    expect(upward).toEqual([])
  })

  it('what runs anywhere needs nothing of Node', () => {
    const texts = new Map(production.map(({ file, text }) => [file, text]))
    const reached = new Set(['packages/protocol/src/index.ts', 'packages/client-core/src/index.ts'])
    for (const file of reached)
      for (const name of importsOf(texts.get(file) ?? ''))
        if (name.startsWith('.')) reached.add(join(dirname(file), name.replace(/\.js$/, '.ts')))
    expect(reached.size).toBeGreaterThan(20)
    const bound = [...reached].filter(
      (file) =>
        importsOf(texts.get(file) ?? '').some((name) => /^node:|\/node$/.test(name)) ||
        /\b(Buffer|process|setImmediate)\b[.(]/.test(texts.get(file) ?? ''),
    )
    expect(bound).toEqual([])
  })

  it('relative imports stay in their package and name the file they load', () => {
    const odd = sources.flatMap(({ file, text }) =>
      importsOf(text)
        .filter((name) => name.startsWith('.'))
        .filter((name) => {
          const target = normalize(join(dirname(file), name))
          return !name.endsWith('.js') || packageOf(target) !== packageOf(file)
        })
        .map((name) => `${file} -> ${name}`),
    )
    expect(odd).toEqual([])
  })

  it('has no cycles', () => {
    const graph = new Map(
      production.map(({ file, text }) => [
        file,
        importsOf(text)
          .filter((name) => name.startsWith('.'))
          .map((name) => join(dirname(file), name.replace(/\.js$/, '.ts'))),
      ]),
    )
    const cycles: string[] = []
    const done = new Set<string>()
    const visit = (file: string, path: string[]) => {
      if (path.includes(file)) cycles.push([...path, file].join(' -> '))
      if (done.has(file) || path.includes(file)) return
      for (const target of graph.get(file) ?? []) visit(target, [...path, file])
      done.add(file)
    }
    for (const file of graph.keys()) visit(file, [])
    expect(cycles).toEqual([])
  })

  it('has no file over 300 lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > 301)
    expect(long.map(({ file }) => file)).toEqual([])
  })

  it('gives up no type and no lint rule without a reason', () => {
    const offences = production.flatMap(({ file, text }) =>
      text
        .split('\n')
        .filter((line) => /@ts-(ignore|nocheck)|as unknown as|biome-ignore\b(?!.*: \S)/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    )
    expect(offences).toEqual([])
  })

  it('names no path of a machine and no registry', () => {
    const files = git('ls-files', '--cached', '--others', '--exclude-standard').filter(
      (file) => /\.(ts|js|mjs|json|md|ya?ml|html|npmrc)$/.test(file) && existsSync(join(root, file)),
    )
    const marks = [
      ['registry', 'npmjs'].join('.'),
      ['', 'work', 'main'].join('/'),
      ['', 'root', ''].join('/'),
    ]
    const found = files.filter((file) => {
      const text = readFileSync(join(root, file), 'utf8')
      return marks.some((mark) => text.includes(mark))
    })
    expect(found.map((file) => relative('.', file))).toEqual([])
  })
})
