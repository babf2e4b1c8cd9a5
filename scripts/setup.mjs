// Node's built-ins only: this runs before anything is installed.
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findChromium, findFirefox } from './browsers.mjs'
import { findNginx } from './nginx.mjs'
import { findRedis } from './redis.mjs'
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

if (process.argv[1] === import.meta.filename) {
  await setupDependencies()
  console.log(`Chromium: ${await findChromium()}`)
  console.log(`Firefox: ${await findFirefox()}`)
  console.log(`Redis: ${await findRedis()}`)
  console.log(`nginx: ${await findNginx()}`)
}
