// After tsc: bundles for a plain page's <script type="module">: the client in one file, the banner in another.
import { readFile } from 'node:fs/promises'
import { build } from 'esbuild'

const { name, version, license } = JSON.parse(
  await readFile(new URL('./package.json', import.meta.url), 'utf8'),
)

for (const [entry, file] of [
  ['index', 'protoo'],
  ['routed', 'routed'],
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
