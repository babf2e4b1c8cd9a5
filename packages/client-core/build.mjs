// After tsc: shortens private names in the published modules, and bundles them for a
// plain page's <script type="module">: the client in one file, the banner in another.
// Writes the banner's look into a stylesheet, too, which the bindings take over.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { build, transform } from 'esbuild'

const { name, version, license } = JSON.parse(
  await readFile(new URL('./package.json', import.meta.url), 'utf8'),
)

// Minifiers leave property names alone. Those with a leading underscore are private to this package
// (`#private` ones would not survive a Vue proxy): they become `_a`, `_b`, … in all files alike.
const dist = new URL('./dist/', import.meta.url)
const files = (await readdir(dist)).filter((file) => file.endsWith('.js') && !file.includes('.min.'))
const modules = await Promise.all(
  files.map(async (file) => {
    const url = new URL(file, dist)
    return { url, source: await readFile(url, 'utf8') }
  }),
)
/** @type {Map<string, number>} */
const uses = new Map()
for (const { source } of modules)
  for (const [name] of source.matchAll(/(?<=\.)_\w{2,}/g)) uses.set(name, (uses.get(name) ?? 0) + 1)
// The shortest for those used most.
const names = [...uses].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
const mangleCache = Object.fromEntries(names.map(([name], index) => [name, `_${letter(index)}`]))
for (const { url, source } of modules) {
  const options = { format: 'esm', target: 'es2022', mangleProps: /^_\w{2,}$/, mangleCache }
  const { code } = await transform(source, /** @type {import('esbuild').TransformOptions} */ (options))
  await writeFile(url, code)
}

/**
 * @param {number} index
 * @returns {string}
 */
function letter(index) {
  const last = String.fromCharCode(97 + (index % 26))
  return index < 26 ? last : letter(Math.floor(index / 26) - 1) + last
}

const look = new URL('reconnect-banner-css.js', dist)
const { css } = await import(look.href)
await writeFile(new URL('reconnect-banner.css', dist), css)
const { code: minified } = await transform(css, { loader: 'css', minify: true })
await writeFile(look, `export const css = ${JSON.stringify(minified.trim())}\n`)

for (const [entry, file] of [
  ['index', 'protoo'],
  ['reconnect-banner', 'reconnect-banner'],
]) {
  await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: [`dist/${entry}.js`],
    outfile: `dist/${file}.min.js`,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    banner: { js: `/* ${name} ${version}, ${license} License */` },
  })
}
