// `npm run first-steps`: does what the READMEs tell a new user, from an empty folder to two browsers, with the packed packages. Says
// how long each took. `-- react` does one.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findChromium } from './browsers.mjs'
import { root } from './run.mjs'

const readmes = new Map([
  ['plain', 'client-core'],
  ['react', 'react'],
  ['vue', 'vue'],
])
const chosen = process.argv.length > 2 ? process.argv.slice(2) : [...readmes.keys()]
const work = await mkdtemp(join(tmpdir(), 'protoo-first-steps-'))
/** @type {Record<string, { seconds: number, installing: number }>} */
const times = {}
try {
  const workspaces = [...(await readdir(join(root, 'packages')))].map(
    (name) => `--workspace=packages/${name}`,
  )
  execFileSync('npm', ['pack', '--silent', ...workspaces, `--pack-destination=${work}`], { cwd: root })
  const tarballs = await readdir(work)
  for (const name of chosen) times[name] = await follow(name, tarballs)
} finally {
  await rm(work, { recursive: true, force: true })
}
console.table(times)

/**
 * @param {string} name
 * @param {string[]} tarballs
 */
async function follow(name, tarballs) {
  const readme = await readFile(join(root, 'packages', readmes.get(name) ?? '', 'README.md'), 'utf8')
  const section = readme.split(/^## /m).find((text) => text.startsWith('From nothing to two browsers')) ?? ''
  const samples = [...section.matchAll(/^```\w+ \[([^\]]+)\]\n([\s\S]*?)^```$/gm)].map(
    ([, file = '', text = '']) => /** @type {const} */ ([file, text]),
  )
  const steps = new Map(samples)
  const start = performance.now()
  const place = join(work, name)
  await mkdir(place)
  // The packages are not published here: their names stand for the packed files.
  const install = (steps.get('install') ?? '').replace(/@protoo-kit\/([\w-]+)(?=[ \n])/g, (_, name) => {
    const file = tarballs.find((file) => file.replace(/^protoo-kit-|-\d.*$/g, '') === name)
    return join(work, file ?? '')
  })
  // Where npm asks whether it may, people press Enter.
  const env = { ...process.env, npm_config_yes: 'true' }
  execFileSync('sh', ['-ec', install], { cwd: place, env, stdio: ['ignore', 'inherit', 'inherit'] })
  const installing = Math.round((performance.now() - start) / 1000)
  const project = join(place, 'greetings')
  for (const [file, text] of samples) {
    if (file === 'install' || file === 'run') continue
    await mkdir(dirname(join(project, file)), { recursive: true })
    await writeFile(join(project, file), text)
  }
  if (name !== 'plain')
    execFileSync('npm', ['run', 'build'], { cwd: project, stdio: ['ignore', 'inherit', 'inherit'] })
  const commands = (steps.get('run') ?? '').trim().split('\n')
  // Each in a group of its own: `npm run` has children.
  const programs = commands.map((command) =>
    spawn('sh', ['-c', command], { cwd: project, stdio: ['ignore', 'pipe', 'inherit'], detached: true }),
  )
  try {
    await greet(programs[1] ? await printedAddress(programs[1].stdout) : 'http://localhost:3000/')
  } finally {
    for (const { pid } of programs) if (pid) process.kill(-pid)
    await Promise.all(
      programs.map((program) => program.exitCode ?? program.signalCode ?? once(program, 'exit')),
    )
  }
  return { seconds: Math.round((performance.now() - start) / 1000), installing }
}

/** @param {AsyncIterable<unknown>} output */
async function printedAddress(output) {
  let printed = ''
  for await (const chunk of output) {
    // Vite colours its words.
    printed += String(chunk).replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g'), '')
    const address = /http:\/\/localhost:\d+\//.exec(printed)?.[0]
    if (address) return address
  }
  throw new Error(`no address in: ${printed}`)
}

/** Two browsers, one greeting. @param {string} url */
async function greet(url) {
  const { chromium, expect } = await import('@playwright/test')
  const options = {
    executablePath: await findChromium(),
    chromiumSandbox: process.getuid?.() !== 0 && !process.env.CI,
  }
  const browsers = await Promise.all([chromium.launch(options), chromium.launch(options)])
  try {
    const [ann, ben] = await Promise.all(browsers.map((browser) => browser.newPage()))
    if (!ann || !ben) throw new Error('no page')
    // The server may still be starting.
    for (const page of [ann, ben])
      await expect(async () => void (await page.goto(url))).toPass({ timeout: 60_000 })
    await expect(async () => {
      await ann.getByRole('button', { name: 'Greet' }).click()
      await expect(ann.getByText('Others: 1')).toBeVisible({ timeout: 2000 })
      await expect(ben.getByText('Heard: Hello!')).toBeVisible({ timeout: 2000 })
    }).toPass({ timeout: 60_000 })
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()))
  }
}
