import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'

const root = join(import.meta.dirname, '..')
const programs = join(import.meta.dirname, 'drop-in')

const servers = { ours: '@protoo-kit/server-lite', stock: 'protoo-server' }
/** ms for a program, on a machine that has much else to do. */
const DEADLINE = 120_000
vi.setConfig({ testTimeout: DEADLINE + 10_000 })

const clients = { ours: '@protoo-kit/client-core/protoo-client', stock: 'protoo-client' }
type Whose = keyof typeof servers
const pairings: [server: Whose, client: Whose][] = [
  ['stock', 'stock'],
  ['ours', 'stock'],
  ['stock', 'ours'],
  ['ours', 'ours'],
]

function node(cwd: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', ...args], {
    cwd,
    encoding: 'utf8',
    timeout: DEADLINE,
  })
  // Ours reports the listener that throws; anything else there explains a failure.
  expect(status, stderr + stdout).toBe(0)
  return stdout
}

describe('a program for v4 does the same with either package at either end', () => {
  const expected = JSON.parse(node(root, join(programs, 'require.cjs'), servers.stock, clients.stock))

  it('on the stock packages alone, to have something to compare with', () => {
    expect(expected).toMatchSnapshot()
  })

  it.each(pairings)('by require(): server %s, client %s', (server, client) => {
    const transcript = node(root, join(programs, 'require.cjs'), servers[server], clients[client])
    expect(JSON.parse(transcript)).toEqual(expected)
  })

  it.each(pairings)('by import: server %s, client %s', (server, client) => {
    const transcript = node(root, join(programs, 'import.mjs'), servers[server], clients[client])
    expect(JSON.parse(transcript)).toEqual(expected)
  })
})

describe('a TypeScript program for v4', () => {
  // Inside the workspace, for its packages to be found; each pairing in a folder of its own.
  const folder = mkdtempSync(join(root, 'node_modules', '.drop-in-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(pairings)('compiles and runs: server %s, client %s', (server, client) => {
    const project = mkdtempSync(join(folder, 'pairing-'))
    cpSync(join(programs, 'program.ts'), join(project, 'program.ts'))
    const alias = (name: string, specifier: string) =>
      specifier === name ? {} : { [name]: [join(root, 'node_modules', ...declarations(specifier))] }
    const config = {
      compilerOptions: {
        target: 'ES2022',
        module: 'CommonJS',
        moduleResolution: 'Bundler',
        ignoreDeprecations: '6.0',
        strict: true,
        types: ['node'],
        outDir: '.',
        paths: { ...alias('protoo-server', servers[server]), ...alias('protoo-client', clients[client]) },
      },
      files: ['program.ts'],
    }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config))
    writeFileSync(join(project, 'package.json'), '{ "type": "commonjs" }')
    node(project, join(root, 'node_modules/typescript/bin/tsc'), '-p', project)
    // What an alias in a bundler, or in package.json, does when it runs.
    const names = { 'protoo-server': servers[server], 'protoo-client': clients[client] }
    const preload = join(project, 'alias.cjs')
    writeFileSync(
      preload,
      `const Module = require('node:module')
      const names = new Map(Object.entries(${JSON.stringify(names)}))
      const resolve = Module._resolveFilename
      Module._resolveFilename = (request, ...rest) => resolve(names.get(request) ?? request, ...rest)`,
    )
    const output = node(project, '-r', preload, join(project, 'program.js'))
    expect(JSON.parse(output)).toEqual({ sum: 3, closed: true, transport: true })
  })
})

/** Where the types of one of our entries are. */
function declarations(specifier: string): string[] {
  const [scope = '', name = '', entry = 'index'] = specifier.split('/')
  return [scope, name, 'dist', `${entry}.d.ts`]
}
