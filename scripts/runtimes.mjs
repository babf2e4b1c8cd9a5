// `npm run runtimes`: the unit tests under the versions of Node in docs/versioning.md, which npm's package `node` brings; `-- 24` for
// one of them.
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, run } from './run.mjs'

const supported = ['20.19.0', '22', '24']
const versions = process.argv.length > 2 ? process.argv.slice(2) : supported
const projects = ['protocol', 'client-core', 'server-lite', 'router', 'react', 'vue']
const temporary = await mkdtemp(join(tmpdir(), 'protoo-runtimes-'))
/** @type {Record<string, { node: string, passed: number, failed: number }>} */
const results = {}
try {
  for (const version of versions) {
    const program = execFileSync(
      'npx',
      ['--yes', '--package', `node@${version}`, '--', 'node', '-p', 'process.execPath'],
      {
        cwd: temporary,
        encoding: 'utf8',
      },
    ).trim()
    const exact = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim()
    const report = join(temporary, `${version}.json`)
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const chosen = projects.flatMap((project) => ['--project', project])
    const reporters = ['--reporter=json', `--outputFile=${report}`]
    const code = await run(program, [vitest, 'run', ...chosen, ...reporters])
    const { numPassedTests, numTotalTests } = JSON.parse(await readFile(report, 'utf8'))
    const failed = numTotalTests - numPassedTests || (code === 0 ? 0 : 1)
    results[version] = { node: exact, passed: numPassedTests, failed }
    if (failed > 0) process.exitCode = 1
  }
} finally {
  await rm(temporary, { recursive: true })
}
console.table(results)
