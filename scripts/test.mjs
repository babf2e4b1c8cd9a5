// `npm test`: every check there is, a table of them, and as the last line `N passed, M failed`.
// `--only lint,unit` runs those stages (and the build, where they need it).
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findChromium, findFirefox } from './browsers.mjs'
import { findNginx } from './nginx.mjs'
import { findRedis } from './redis.mjs'
import { root, run } from './run.mjs'
import { setupDependencies } from './setup.mjs'

/** @typedef {{ passed: number, failed: number }} Count */

const published = [
  'protocol',
  'client-core',
  'react',
  'vue',
  'server-lite',
  'router',
  'peerjs-server',
  'redis',
]

/** @type {{ name: string, needsBuild?: boolean, needsDocs?: boolean, count: () => Promise<Count> }[]} */
const stages = [
  { name: 'lint', count: () => once('npm', ['run', '--silent', 'lint']) },
  { name: 'spelling', count: () => once('npm', ['run', '--silent', 'docs:spelling']) },
  { name: 'versions', count: () => once(process.execPath, ['scripts/sync-version.mjs', '--check']) },
  { name: 'build', count: () => once('npm', ['run', '--silent', 'build']) },
  { name: 'typecheck', count: () => once('npm', ['run', '--silent', 'typecheck']) },
  { name: 'packages', needsBuild: true, count: packages },
  {
    name: 'consumers',
    needsBuild: true,
    count: () => once(process.execPath, ['scripts/consumers.mjs', '--quick']),
  },
  { name: 'unit', count: () => vitest(['--project=!alone']) },
  // Those that fill the machine, one after the other.
  { name: 'alone', needsBuild: true, count: () => vitest(['--project=alone', '--no-file-parallelism']) },
  { name: 'docs', needsBuild: true, count: () => once('npm', ['run', '--silent', 'docs:build']) },
  { name: 'e2e', needsBuild: true, needsDocs: true, count: e2e },
]

const temporary = await mkdtemp(join(tmpdir(), 'protoo-kit-'))
try {
  process.exitCode = await main()
} finally {
  await rm(temporary, { recursive: true })
}

async function main() {
  const selected = select(process.argv.slice(2))

  let interrupted = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => (interrupted = true))

  /** @type {Record<string, Count & { seconds: number }>} */
  const results = {}
  const timed = async (/** @type {string} */ name, /** @type {() => Promise<Count>} */ count) => {
    const start = performance.now()
    const result = await count().catch((error) => failure(`${name}: ${error.message}`))
    results[name] = { ...result, seconds: Math.round((performance.now() - start) / 100) / 10 }
  }

  await timed('setup', async () => {
    await setupDependencies()
    return { passed: 0, failed: 0 }
  })
  for (const { name, needsBuild, needsDocs, count } of selected) {
    const needed = ['setup', ...(needsBuild ? ['build'] : []), ...(needsDocs ? ['docs'] : [])]
    const missing = needed.find((name) => results[name]?.failed)
    const obstacle = interrupted ? 'interrupted' : missing && `${missing} failed`
    console.log(`\n=== ${name}`)
    await timed(name, obstacle ? async () => failure(`not run: ${obstacle}`) : count)
  }

  console.log()
  console.table(results)
  const sum = (/** @type {keyof Count} */ key) =>
    Object.values(results).reduce((n, result) => n + result[key], 0)
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`)
  return sum('failed') > 0 ? 1 : 0
}

/** @param {string[]} args */
function select(args) {
  if (args.length === 0) return stages
  const names = args[0] === '--only' && args.length === 2 ? (args[1] ?? '').split(',') : []
  const named = stages.filter(({ name }) => names.includes(name))
  if (named.length === 0 || named.length !== names.length) {
    throw new Error(`usage: test.mjs [--only ${stages.map(({ name }) => name).join(',')}]`)
  }
  const needsBuild = named.some((stage) => stage.needsBuild)
  const needsDocs = named.some((stage) => stage.needsDocs)
  return stages.filter(
    (stage) =>
      named.includes(stage) || (needsBuild && stage.name === 'build') || (needsDocs && stage.name === 'docs'),
  )
}

/**
 * @param {string} message
 * @returns {Count}
 */
function failure(message) {
  console.error(message)
  return { passed: 0, failed: 1 }
}

/**
 * A whole command as one test.
 *
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<Count>}
 */
async function once(command, args) {
  const code = await run(command, args)
  return code === 0 ? { passed: 1, failed: 0 } : failure(`${command} ${args.join(' ')}: exit code ${code}`)
}

/** Packs each package as npm would, and checks what came out: its manifest, and its types as a consumer resolves them. */
async function packages() {
  const total = { passed: 0, failed: 0 }
  for (const name of published) {
    const { version } = JSON.parse(await readFile(join(root, 'packages', name, 'package.json'), 'utf8'))
    const tarball = join(temporary, `protoo-kit-${name}-${version}.tgz`)
    await run('npm', ['pack', '--silent', `--workspace=packages/${name}`, `--pack-destination=${temporary}`])
    for (const count of await Promise.all([
      once('publint', ['run', tarball, '--strict']),
      once('attw', [tarball, '--profile', 'esm-only', '--no-summary']),
    ])) {
      total.passed += count.passed
      total.failed += count.failed
    }
  }
  return total
}

/** @param {string[]} options */
async function vitest(options) {
  const file = join(temporary, 'vitest.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const programs = { REDIS_SERVER_PATH: await findRedis(), NGINX_PATH: await findNginx() }
  const code = await run('vitest', ['run', ...options, ...reporters], programs)
  return report(code, file, countVitest)
}

/** @param {{ numPassedTests: number, numTotalTests: number, testResults: { status: string, assertionResults: object[] }[] }} json */
function countVitest({ numPassedTests, numTotalTests, testResults }) {
  // A file that did not load holds no test to count.
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
  return { passed: numPassedTests, failed: numTotalTests - numPassedTests + broken.length }
}

async function e2e() {
  const file = join(temporary, 'playwright.json')
  const code = await run('playwright', ['test', '--config=e2e/playwright.config.ts'], {
    CHROMIUM_PATH: await findChromium(),
    FIREFOX_PATH: await findFirefox(),
    REDIS_SERVER_PATH: await findRedis(),
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
  })
  return report(code, file, countPlaywright)
}

/** @param {{ stats: { expected: number, unexpected: number, flaky: number, skipped: number } }} json */
function countPlaywright({ stats: { expected, unexpected, flaky, skipped } }) {
  return { passed: expected, failed: unexpected + flaky + skipped }
}

/**
 * Counts a runner's JSON report. A runner that fails without a failing test (a crash, an unhandled error) is one failure.
 *
 * @template Report
 * @param {number} code
 * @param {string} file
 * @param {(json: Report) => Count} count
 * @returns {Promise<Count>}
 */
async function report(code, file, count) {
  const json = await readFile(file, 'utf8').catch(() => undefined)
  if (json === undefined) return failure(`no report; exit code ${code}`)
  const { passed, failed } = count(JSON.parse(json))
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed }
}
