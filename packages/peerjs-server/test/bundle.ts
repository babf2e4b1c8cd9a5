import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const packageFolder = join(import.meta.dirname, '..')

/**
 * A source file of the package as a module to be run by Node, which needs no build of the packages.
 * @returns its path, and its undo
 */
export async function bundle(source: string): Promise<{ file: string; remove: () => void }> {
  const modules = join(packageFolder, 'node_modules')
  mkdirSync(modules, { recursive: true })
  // Where it finds what the package depends on.
  const folder = mkdtempSync(join(modules, '.bundle-'))
  const file = join(folder, 'module.mjs')
  const sibling = (path: string) => join(packageFolder, '..', path)
  await build({
    entryPoints: [join(packageFolder, 'src', source)],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['express', 'cors', 'ws', 'yargs', 'debug'],
    alias: {
      '@protoo-kit/protocol': sibling('protocol/src/index.ts'),
      '@protoo-kit/protocol/metrics': sibling('protocol/src/metrics.ts'),
      '@protoo-kit/protocol/node': sibling('protocol/src/node.ts'),
      '@protoo-kit/server-lite/parts': sibling('server-lite/src/parts.ts'),
    },
    // As in tsconfig.base.json.
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  })
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  return { file, remove: () => rmSync(folder, { recursive: true }) }
}
