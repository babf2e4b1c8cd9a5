import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'
import { rolldown } from 'rolldown'
import { describe, expect, it } from 'vitest'
import { measure } from '../scripts/size.mjs'

const root = join(import.meta.dirname, '..')
const sizes = await measure()
const packages = [
  'protocol',
  'client-core',
  'react',
  'vue',
  'server-lite',
  'router',
  'peerjs-server',
  'redis',
]
const manifest = (name: string) =>
  JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))

describe.each(packages)('%s', (name) => {
  const require = createRequire(join(root, 'packages', name, 'package.json'))
  const entries = Object.keys(manifest(name).exports).filter((entry) => !/\.(json|css)$/.test(entry))

  it.each(entries)('exports what it says from %s, by import and by require alike', async (entry) => {
    const specifier = `@protoo-kit/${name}${entry.slice(1)}`
    const path = require.resolve(specifier)
    const imported = await import(path)
    const names = Object.keys(imported).sort()
    expect(names).toMatchSnapshot()
    // A module may say itself what require() is to give, such as a function.
    if ('module.exports' in imported) {
      const program = `import('${specifier}').then((imported) =>
        process.stdout.write(String(require('${specifier}') === imported['module.exports'])))`
      expect(node(root, '-e', program)).toBe('true')
      return
    }
    const required = Object.keys(require(specifier)).filter((key) => key !== '__esModule')
    expect(required.sort()).toEqual(names)
  })

  it('gives types first, and files that are there', () => {
    for (const target of Object.values<string | Record<string, string>>(manifest(name).exports)) {
      if (typeof target === 'string') continue
      expect(Object.keys(target)).toEqual(['types', 'default'])
      for (const file of Object.values(target))
        expect(existsSync(join(root, 'packages', name, file)), file).toBe(true)
    }
  })

  it('has a README and the licence', () => {
    expect(existsSync(join(root, 'packages', name, 'README.md'))).toBe(true)
    expect(existsSync(join(root, 'packages', name, 'LICENSE'))).toBe(true)
  })

  it('needs nothing but Node to be imported, and leaves no trace in globals', () => {
    // What the frameworks leave is theirs.
    const frameworks = Object.keys(manifest(name).peerDependencies ?? {}).filter((peer) =>
      /^(react|vue)$/.test(peer),
    )
    const program = `
      const names = () => Object.getOwnPropertyNames(globalThis).join()
      Promise.all(${JSON.stringify(frameworks)}.map((framework) => import(framework))).then(async () => {
        const before = names()
        await import('@protoo-kit/${name}')
        process.stdout.write(String(before === names()))
      })`
    expect(node(root, '-e', program)).toBe('true')
  })
})

describe('a process', () => {
  it.each(['open', 'failed', 'close'])('ends by itself once its peer is closed, on %s', (event) => {
    const program = `
      const { createServer } = require('node:http')
      const { Room, WebSocketServer } = require('@protoo-kit/server-lite')
      const { createPeer } = require('@protoo-kit/client-core')
      const http = createServer().listen(0, '127.0.0.1', () => {
        const url = 'ws://127.0.0.1:' + http.address().port
        new WebSocketServer(http).on('connectionrequest', (info, accept, reject) => {
          if ('${event}' === 'failed') return reject()
          const peer = new Room().createPeer('a', accept())
          if ('${event}' === 'close') peer.close()
        })
        const peer = createPeer(url)
        peer.on('${event}', () => {
          peer.close()
          http.close()
        })
      })`
    expect(node(root, '-e', program)).toBe('')
  })
})

function node(cwd: string, ...args: string[]): string {
  return execFileSync(process.execPath, ['--no-warnings', ...args], {
    cwd,
    encoding: 'utf8',
    timeout: 10_000,
  })
}

describe('size', () => {
  it.each(sizes)('$name is within $budget bytes, min and gzip', ({ gzip, budget }) => {
    expect(gzip).toBeLessThanOrEqual(budget)
  })
})

describe('tree shaking', () => {
  const lean = "export { Peer, WebSocketTransport } from '@protoo-kit/client-core'"
  const resolveDir = join(root, 'packages/client-core')

  async function withEsbuild(contents: string): Promise<string> {
    const options = {
      bundle: true,
      format: 'esm',
      platform: 'browser',
      write: false,
      tsconfigRaw: {},
    } as const
    const { outputFiles } = await build({
      stdin: { contents, resolveDir },
      ...options,
      write: false,
      tsconfigRaw: {},
    })
    return outputFiles[0]?.text ?? ''
  }

  async function withRolldown(contents: string): Promise<string> {
    const bundle = await rolldown({
      input: 'entry',
      cwd: resolveDir,
      platform: 'browser',
      plugins: [
        {
          name: 'entry',
          resolveId: (id) => (id === 'entry' ? join(resolveDir, 'entry.js') : null),
          load: (id) => (id.endsWith('entry.js') ? contents : null),
        },
      ],
    })
    const { output } = await bundle.generate()
    return output[0].code
  }

  describe.each([
    ['esbuild', withEsbuild],
    ['rolldown', withRolldown],
  ])('%s', (_, bundle) => {
    it('leaves out what is not imported', async () => {
      const code = await bundle(lean)
      expect(code).toContain('WebSocketTransport')
      // createPeer and its page events, credentials read by servers, and every Node module.
      for (const extra of ['visibilitychange', 'createPeer', 'decodeAuthToken', 'node:', 'perMessageDeflate'])
        expect(code).not.toContain(extra)
    })

    it('keeps nothing of a package imported for its types alone', async () => {
      const code = await bundle("import '@protoo-kit/client-core'; import '@protoo-kit/protocol'")
      expect(code.replace(/\/\/.*$/gm, '').trim()).toBe('')
    })

    it('brings extras when asked', async () => {
      expect(await bundle("export { createPeer } from '@protoo-kit/client-core'")).toContain(
        'visibilitychange',
      )
    })
  })
})
