// After tsc: shortens private names in the published modules, and bundles them into
// one file for a plain page's <script type="module">.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { build, transform } from 'esbuild'

const { name, version, license } = JSON.parse(
  await readFile(new URL('./package.json', import.meta.url), 'utf8'),
)

// Minifiers leave property names alone. Those with a leading underscore are private to this
// package (and `#private` ones would not survive a Vue proxy): one cache keeps them the same in all files.
/** @type {Record<string, string | false>} */
let mangleCache = {}
const dist = new URL('./dist/', import.meta.url)
for (const file of (await readdir(dist))
  .filter((file) => file.endsWith('.js') && !file.includes('.min.'))
  .sort()) {
  const source = await readFile(new URL(file, dist), 'utf8')
  const result = await transform(source, { format: 'esm', target: 'es2022', mangleProps: /^_/, mangleCache })
  mangleCache = { ...mangleCache, ...result.mangleCache }
  await writeFile(new URL(file, dist), result.code)
}

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ['dist/index.js'],
  outfile: 'dist/protoo.min.js',
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  legalComments: 'none',
  banner: { js: `/* ${name} ${version}, ${license} License */` },
})
