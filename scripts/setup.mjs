// Node's built-ins only: this runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { root, run } from './run.mjs'

const marker = join(root, 'node_modules/.protoo-setup')

/** Installs what package-lock.json says, unless that is what is installed. */
export async function setupDependencies() {
  const lock = await readFile(join(root, 'package-lock.json'))
  const hash = createHash('sha256').update(lock).digest('hex')
  const installed = await readFile(marker, 'utf8').catch(() => undefined)
  if (installed === hash) return

  // `npm ci` starts by removing node_modules and the marker with it, so an interrupted one is run again.
  const code = await run('npm', ['ci', '--include=dev'])
  if (code !== 0) throw new Error(`npm ci failed with exit code ${code}`)
  await writeFile(marker, hash)
}

/**
 * Finds a Chromium that runs, or installs one where it can (Debian and relatives, as root).
 *
 * @returns {Promise<string>} its path
 */
export async function findChromium() {
  const given = process.env.CHROMIUM_PATH
  if (given) {
    if (works(given)) return given
    throw new Error(`CHROMIUM_PATH is ${given}, which does not run`)
  }

  const found = findSystemChromium() ?? (await findPlaywrightChromium())
  if (found) return found

  if (process.getuid?.() === 0 && works('apt-get')) {
    const apt = { DEBIAN_FRONTEND: 'noninteractive' }
    const packages = ['chromium', 'fonts-liberation', 'fonts-noto-color-emoji']
    await run('apt-get', ['update'], apt)
    await run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], apt)
    const installed = findSystemChromium()
    if (installed) return installed
  }
  throw new Error(
    'No Chromium found. Install Chromium or Google Chrome, or run "npx playwright install chromium", ' +
      'or set CHROMIUM_PATH to the program',
  )
}

// Playwright wants a path, not a name to look up.
function findSystemChromium() {
  const directories = (process.env.PATH ?? '').split(delimiter)
  return ['chromium', 'chromium-browser', 'google-chrome']
    .flatMap((name) => directories.map((directory) => join(directory, name)))
    .find((path) => existsSync(path) && works(path))
}

async function findPlaywrightChromium() {
  const { chromium } = await import('@playwright/test')
  const path = chromium.executablePath()
  return works(path) ? path : undefined
}

/** Being there is not enough: some distributions ship a stub that only says what to install. */
function works(/** @type {string} */ program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0
}

if (process.argv[1] === import.meta.filename) {
  await setupDependencies()
  console.log(`Chromium: ${await findChromium()}`)
}
