// Writes each package's version into its src/version.ts. With --check, only says whether they agree.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './run.mjs'

const check = process.argv.includes('--check')

for (const name of ['client-core', 'server-lite', 'router', 'peerjs-server']) {
  const directory = join(root, 'packages', name)
  const { version } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'))
  const file = join(directory, 'src/version.ts')
  const before = await readFile(file, 'utf8').catch(() => "export const version = ''\n")
  const after = before.replace(/(export const version\b[^=]*= ')[^']*'/, `$1${version}'`)
  if (!after.includes(`= '${version}'`)) throw new Error(`${file} exports no version`)
  if (after === before) continue
  if (check) {
    console.error(`packages/${name}/src/version.ts is not ${version}: run node scripts/sync-version.mjs`)
    process.exitCode = 1
  } else {
    await writeFile(file, after)
  }
}
