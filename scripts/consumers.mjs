// `npm run consumers`: packs each package, installs it into fresh programs (test/consumers), builds and runs them.
// `-- --only vite-react,webpack` picks some. `--quick` does those of Node, with other packages from the repository: npm test.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import sirv from 'sirv'
import { findChromium } from './browsers.mjs'
import { root } from './run.mjs'

/**
 * @typedef {object} Consumer
 * @property {string[]} packages
 * @property {string[]} [dependencies]
 * @property {string[][]} run
 * @property {string} prints
 * @property {string} [page]
 * @property {string[]} [serve]
 */

const folder = join(root, 'test/consumers')
const quick = process.argv.includes('--quick')
const only = process.argv[process.argv.indexOf('--only') + 1]?.split(',') ?? []
const all = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory())
const names = all
  .map(({ name }) => name)
  .filter((name) => (process.argv.includes('--only') ? only.includes(name) : true))
  .filter((name) => !quick || ['node-esm', 'typescript-nodenext'].includes(name))
if (names.length === 0) throw new Error(`there is no such consumer; there are ${all.map(({ name }) => name)}`)

// In a quick run other packages are found above.
const work = await mkdtemp(join(quick ? join(root, 'node_modules') : tmpdir(), '.consumers-'))
/** @type {Record<string, { result: string, seconds: number }>} */
const results = {}
try {
  const tarballs = await pack()
  for (const name of names) {
    const start = performance.now()
    const result = await consume(name, tarballs).catch((error) => `failed: ${error.message}`)
    results[name] = {
      result: result.split('\n')[0] ?? '',
      seconds: Math.round((performance.now() - start) / 100) / 10,
    }
    console.log(`${name}: ${result}`)
    if (result.startsWith('failed')) process.exitCode = 1
  }
} finally {
  await rm(work, { recursive: true, force: true })
}
console.table(results)

/** @returns {Promise<Map<string, string>>} by the package's name without its scope */
async function pack() {
  const packs = join(work, 'packs')
  await mkdir(packs)
  const packages = await readdir(join(root, 'packages'))
  const workspaces = packages.map((name) => `--workspace=packages/${name}`)
  await execute(root, 'npm', ['pack', '--silent', ...workspaces, `--pack-destination=${packs}`])
  const files = await readdir(packs)
  return new Map(
    packages.map((name) => {
      const file = files.find((file) => file.replace(/^protoo-kit-|-\d.*$/g, '') === name)
      if (!file) throw new Error(`${name} was not packed`)
      return [name, join(packs, file)]
    }),
  )
}

/**
 * @param {string} name
 * @param {Map<string, string>} tarballs
 */
async function consume(name, tarballs) {
  const directory = join(work, name)
  await cp(join(folder, name), directory, { recursive: true })
  /** @type {Consumer} */
  const consumer = JSON.parse(await readFile(join(directory, 'consumer.json'), 'utf8'))
  await install(directory, consumer, tarballs)
  let printed = ''
  for (const [command = '', ...args] of consumer.run) printed += await execute(directory, command, args)
  if (consumer.page || consumer.serve) printed = await visit(directory, consumer)
  if (!printed.includes(consumer.prints)) throw new Error(`it printed ${printed.slice(-500)}`)
  return consumer.prints
}

/**
 * @param {string} directory
 * @param {Consumer} consumer
 * @param {Map<string, string>} tarballs
 */
async function install(directory, { packages, dependencies = [] }, tarballs) {
  const ours = packages.map((name) => [name, tarballs.get(name) ?? ''])
  /** @type {Record<string, string>} */
  const wanted = quick
    ? {}
    : Object.fromEntries(ours.map(([name, file]) => [`@protoo-kit/${name}`, `file:${file}`]))
  for (const dependency of quick ? [] : dependencies) {
    const [, name = '', version] = /^(@?[^@]+)(?:@(.+))?$/.exec(dependency) ?? []
    wanted[name] = version ?? (await versionHere(name))
  }
  const manifest = { name: 'consumer', private: true, type: 'module', dependencies: wanted }
  await writeFile(join(directory, 'package.json'), JSON.stringify(manifest, null, 2))
  if (!quick) {
    await execute(directory, 'npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--silent'])
    return
  }
  for (const [name, file = ''] of ours) {
    const target = join(directory, 'node_modules/@protoo-kit', name ?? '')
    await mkdir(target, { recursive: true })
    await execute(directory, 'tar', ['-xzf', file, '--strip-components=1', '-C', target])
  }
}

/** @param {string} name */
async function versionHere(name) {
  return JSON.parse(await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8')).version
}

/**
 * Opens the page in Chromium, and says what it shows.
 *
 * @param {string} directory
 * @param {Consumer} consumer
 */
async function visit(directory, { page, serve, prints }) {
  const { Room, WebSocketServer } = await import('@protoo-kit/server-lite')
  const { chromium } = await import('@playwright/test')
  const http = createServer(sirv(join(directory, page ?? '.'), { dev: true })).listen(0, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const room = new Room({ onDuplicate: 'replace' })
  new WebSocketServer(http, { session: true }).on('connectionrequest', (_info, accept) => {
    room.createPeer('ann', accept()).handle('hello', ({ from }) => ({ text: `hello ${from}` }))
  })
  const server = serve && (await startServer(directory, serve, port))
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    chromiumSandbox: process.getuid?.() !== 0 && !process.env.CI,
  })
  try {
    const tab = await browser.newPage()
    const problems = /** @type {string[]} */ ([])
    tab.on('pageerror', (error) => problems.push(String(error)))
    tab.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    await tab.goto(server?.url ?? `http://127.0.0.1:${port}/`)
    const output = tab.locator('output')
    await output
      .filter({ hasText: prints })
      .waitFor({ timeout: 60_000 })
      .catch(() => {
        throw new Error(`the page does not show "${prints}": ${problems.join('; ')}`)
      })
    if (problems.length > 0) throw new Error(`the page says ${problems.join('; ')}`)
    return (await output.textContent()) ?? ''
  } finally {
    await browser.close()
    // With the processes that it has started.
    if (server?.child.pid) process.kill(-server.child.pid)
    room.close()
    http.closeAllConnections()
    http.close()
  }
}

/**
 * @param {string} directory
 * @param {string[]} serve
 * @param {number} protoo where the page finds its protoo server
 */
async function startServer(directory, [command = '', ...args], protoo) {
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const address = free.address()
  const port = typeof address === 'object' && address ? address.port : 0
  free.close()
  await once(free, 'close')
  const bin = join(directory, 'node_modules/.bin', command)
  const env = { ...process.env, PROTOO_PORT: String(protoo), PORT: String(port), HOSTNAME: '127.0.0.1' }
  const child = spawn(bin, args, {
    cwd: directory,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  for await (const chunk of child.stdout) if (/ready/i.test(String(chunk))) break
  child.stdout.resume()
  return { child, url: `http://127.0.0.1:${port}/` }
}

/**
 * @param {string} directory
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<string>} what it printed
 */
async function execute(directory, command, args) {
  const path = [join(directory, 'node_modules/.bin'), join(root, 'node_modules/.bin'), process.env.PATH].join(
    delimiter,
  )
  const env = { ...process.env, PATH: path, NEXT_TELEMETRY_DISABLED: '1' }
  const program = command === 'node' ? process.execPath : command
  const child = spawn(program, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${code}\n${output.slice(-2000)}`)
  return output
}
