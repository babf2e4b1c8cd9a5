/** The samples of docs/contracts.md: strict TypeScript, and programs that work together. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import ts from 'typescript'
import { afterAll, expect, it } from 'vitest'
import { freePort } from '../scripts/free-port.mjs'
import { readSamples } from './markdown-samples.js'
import { launch } from './programs.js'

const root = join(import.meta.dirname, '..')
const samples = readSamples('docs/contracts.md').filter(({ name }) => name)
const folder = mkdtempSync(join(root, 'node_modules', '.contracts-'))
afterAll(() => rmSync(folder, { recursive: true }))
const port = await freePort()
for (const { name = '', code } of samples)
  writeFileSync(join(folder, name), code.replaceAll('3000', String(port)))
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')

it('compile, as strict as can be', () => {
  const program = ts.createProgram(
    samples.map(({ name = '' }) => join(folder, name)),
    {
      target: ts.ScriptTarget.ES2023,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
      module: ts.ModuleKind.NodeNext,
      jsx: ts.JsxEmit.ReactJSX,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: true,
      noEmit: true,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    },
  )
  const problems = ts.getPreEmitDiagnostics(program)
  expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
  expect(samples.length).toBeGreaterThanOrEqual(6)
})

async function bundle(
  name: string,
  platform: 'browser' | 'node',
): Promise<{ file: string; inputs: string[] }> {
  mkdirSync(join(folder, 'out'), { recursive: true })
  const file = join(folder, 'out', name.replace(/\.ts$/, '.mjs'))
  const { metafile } = await build({
    entryPoints: [join(folder, name)],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform,
    metafile: true,
    tsconfigRaw: {},
    ...(platform === 'node' && { packages: 'external' as const }),
  })
  const [output] = Object.values(metafile.outputs)
  return { file, inputs: Object.keys(output?.inputs ?? {}) }
}

it('join a room, and are refused with what is wrong', async () => {
  const [server, client] = await Promise.all([bundle('server.ts', 'node'), bundle('client.ts', 'node')])
  await launch(server.file)
  const first = await launch(client.file)
  expect(await first.line(/^400/)).toMatch(/^400 data\.name: Too small/)
  expect(await first.line(/^members/)).toBe('members: Ann')
  const second = await launch(client.file)
  expect(await second.line(/^members/)).toBe('members: Ann, Ann')
  expect(await first.line(/here/)).toBe('Ann is here')
  const third = await launch(client.file)
  expect(await third.line(/full/)).toBe('full: there is room for 2')
})

it('write an AsyncAPI document', async () => {
  const { file } = await bundle('asyncapi.ts', 'node')
  const program = await launch(file)
  expect(JSON.parse(await program.output())).toMatchObject({ asyncapi: '3.0.0', info: { title: 'Chat' } })
})

it('bring no schema library into a page that does not check', async () => {
  const zod = (inputs: string[]) => inputs.filter((input) => input.includes('node_modules/zod/'))
  expect(zod((await bundle('client.ts', 'browser')).inputs)).toEqual([])
  expect(zod((await bundle('checked-client.ts', 'browser')).inputs)).not.toEqual([])
})
