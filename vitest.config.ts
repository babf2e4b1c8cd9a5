import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(`packages/${path}`, import.meta.url))

// A package's tests read every package from its sources.
const alias = [
  { find: /^#websocket$/, replacement: source('client-core/src/websocket.node.ts') },
  { find: /^@protoo-kit\/([^/]+)$/, replacement: source('$1/src/index.ts') },
  { find: /^@protoo-kit\/([^/]+)\/([^/.]+)$/, replacement: source('$1/src/$2.ts') },
]

const sourceProject = (name: string) => ({
  extends: true as const,
  root: source(name),
  resolve: { alias },
  test: {
    name,
    include: ['{src,test}/**/*.test.ts'],
    typecheck: { enabled: true, include: ['{src,test}/**/*.test-d.ts'], tsconfig: 'tsconfig.json' },
  },
})

export default defineConfig({
  test: {
    testTimeout: 15_000,
    // Many tests make listeners fail on purpose, which is reported on the console.
    silent: 'passed-only',
    allowOnly: false,
    coverage: { include: ['packages/*/src/**/*.ts'], exclude: ['**/*.test.ts', '**/*.test-d.ts'] },
    projects: [
      sourceProject('protocol'),
      sourceProject('client-core'),
      sourceProject('server-lite'),
      {
        // Structure and packaging: these tests look at the built packages, as an installer gets them.
        extends: true,
        test: { name: 'workspace', include: ['test/**/*.test.ts'] },
      },
    ],
  },
})
