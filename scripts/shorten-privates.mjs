// After tsc, in a package's directory: minifiers leave property names alone. Those with a leading underscore are private
// to the package (`#private` ones would not survive a Vue proxy): they become `_s`, `_y`, … in all its modules alike.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { transform } from 'esbuild'

const dist = join(process.cwd(), 'dist')
const modules = await Promise.all(
  (await readdir(dist))
    .filter((file) => file.endsWith('.js'))
    .map(async (file) => ({ path: join(dist, file), source: await readFile(join(dist, file), 'utf8') })),
)

/** @type {Map<string, number>} */
const uses = new Map()
for (const { source } of modules)
  for (const [name] of source.matchAll(/(?<=\.)_\w{2,}/g)) uses.set(name, (uses.get(name) ?? 0) + 1)

// The shortest for those used most.
const names = [...uses].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
const mangleCache = Object.fromEntries(names.map(([name], index) => [name, `_${letter(index)}`]))
for (const { path, source } of modules) {
  const { code } = await transform(source, {
    format: 'esm',
    target: 'es2022',
    mangleProps: /^_\w{2,}$/,
    mangleCache,
  })
  await writeFile(path, code)
}

/**
 * The order of the letters is one that compresses well, found by trying.
 *
 * @param {number} index
 * @returns {string}
 */
function letter(index) {
  const last = 'syomewltncrkuxhaviqjfpdzbg'.charAt(index % 26)
  return index < 26 ? last : letter(Math.floor(index / 26) - 1) + last
}
