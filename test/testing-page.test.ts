/** The samples of docs/testing.md are tests: they are run as they stand, with the built packages. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { readSamples } from './markdown-samples.js'

const root = join(import.meta.dirname, '..')
const samples = readSamples('docs/testing.md').filter(({ name }) => name)
const folder = mkdtempSync(join(root, 'node_modules', '.testing-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('pass', { timeout: 120_000 }, async () => {
  for (const { name = '', code } of samples) writeFileSync(join(folder, name), code)
  // Below node_modules nothing is looked for by default.
  const config = `export default {
    root: import.meta.dirname,
    esbuild: { jsx: 'automatic' },
    test: { include: ['*.test.{ts,tsx}'], exclude: [], testTimeout: 30000 },
  }`
  writeFileSync(join(folder, 'vitest.config.mjs'), config)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'tsconfig.json'), '{ "compilerOptions": { "jsx": "react-jsx" } }')
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const report = join(folder, 'report.json')
  const run = promisify(execFile)(
    process.execPath,
    [vitest, 'run', '--root', folder, '--reporter=json', `--outputFile=${report}`],
    { cwd: folder, env: { ...process.env, VITEST: undefined } },
  )
  await run.catch((error) => expect.fail(`${error.stdout}\n${error.stderr}`))
  const { numPassedTests, success } = (await import(report, { with: { type: 'json' } })).default
  expect({ success, numPassedTests }).toEqual({ success: true, numPassedTests: samples.length })
  expect(samples.length).toBeGreaterThanOrEqual(6)
})
