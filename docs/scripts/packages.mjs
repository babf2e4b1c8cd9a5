import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const docs = join(import.meta.dirname, '..')
export const root = join(docs, '..')

/** In the order in which the site lists them. */
export const packages = [
  'client-core',
  'react',
  'vue',
  'server-lite',
  'router',
  'redis',
  'peerjs-server',
  'protocol',
]

/**
 * The entries of all packages that have types of their own. Bundles (`protoo.min.js`) say the same as an entry.
 *
 * @returns {{ name: string, page: string, source: string }[]} `name` is what one imports (`@protoo-kit/client-core/testing`),
 *   `page` where its reference is below docs/api, `source` the file that it begins in
 */
export function entries() {
  return packages.flatMap((name) => {
    const { exports } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
    return Object.entries(exports)
      .filter(([entry, { types }]) => types?.startsWith('./dist/') && !entry.endsWith('.js'))
      .map(([entry, { types }]) => ({
        name: `@protoo-kit/${name}${entry.slice(1)}`,
        page: `${name}${entry === '.' ? '' : `-${entry.slice(2)}`}`,
        source: join(root, 'packages', name, types.replace('./dist/', 'src/').replace(/\.d\.ts$/, '.ts')),
      }))
  })
}
