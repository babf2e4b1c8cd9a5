// `npm run size`: what the client costs a page, from the built packages, against size-budget.json.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { root } from './run.mjs'

/**
 * Exactly one of `code` (bundled as a consumer would, minified) and `file` (measured as it is, from the package's
 * directory) says what to measure. `external` packages are not counted. `budget` is in bytes, after gzip.
 *
 * @typedef {{ name: string, package: string, code?: string, file?: string, platform?: 'browser' | 'node', external?: string[], budget: number }} Entry
 * @typedef {Entry & { min: number, gzip: number, brotli: number }} Size
 */

/** @returns {Promise<Size[]>} */
export async function measure() {
  /** @type {Entry[]} */
  const entries = JSON.parse(await readFile(join(root, 'size-budget.json'), 'utf8'))
  return Promise.all(
    entries.map(async (entry) => {
      const bytes = await contents(entry)
      return {
        ...entry,
        min: bytes.length,
        gzip: gzipSync(bytes, { level: 9 }).length,
        brotli: brotliCompressSync(bytes).length,
      }
    }),
  )
}

/** @param {Entry} entry */
async function contents({ package: name, code, file, platform = 'browser', external = [] }) {
  const directory = join(root, 'packages', name)
  if (file) return readFile(join(directory, file))
  const { outputFiles } = await build({
    stdin: { contents: code ?? '', resolveDir: directory },
    bundle: true,
    minify: true,
    format: 'esm',
    platform,
    external,
    target: 'es2022',
    legalComments: 'none',
    // The built files, as an installer gets them, and not the sources that a tsconfig maps them to.
    tsconfigRaw: {},
    write: false,
  })
  return Buffer.concat(outputFiles.map((output) => output.contents))
}

if (process.argv[1] === import.meta.filename) {
  const sizes = await measure()
  console.table(
    Object.fromEntries(
      sizes.map(({ name, min, gzip, brotli, budget }) => [name, { min, gzip, brotli, budget }]),
    ),
  )
  if (sizes.some(({ gzip, budget }) => gzip > budget)) process.exitCode = 1
}
