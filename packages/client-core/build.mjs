// After tsc: bundles for a plain page's <script type="module">: the client in one file, the banner in another.
// Writes the banner's look into a stylesheet, too, which the bindings take over.
import { readFile, writeFile } from 'node:fs/promises'
import { build, transform } from 'esbuild'

const { name, version, license } = JSON.parse(
  await readFile(new URL('./package.json', import.meta.url), 'utf8'),
)

const dist = new URL('./dist/', import.meta.url)
const look = new URL('reconnect-banner-css.js', dist)
const { css } = await import(look.href)
await writeFile(new URL('reconnect-banner.css', dist), css)
const { code: minified } = await transform(css, { loader: 'css', minify: true })
await writeFile(look, `export const css = ${JSON.stringify(minified.trim())}\n`)

for (const [entry, file] of [
  ['index', 'protoo'],
  ['routed', 'routed'],
  ['reconnect-banner', 'reconnect-banner'],
  ['devtools', 'devtools'],
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
