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
  test: { name, include: ['{src,test}/**/*.test.ts'] },
})

/** React's tests, with the root's React and with the version before. */
const reactProject = (name: string, modules: string) => {
  const path = (module: string) => fileURLToPath(new URL(`${modules}/${module}`, import.meta.url))
  const project = sourceProject('react')
  return {
    ...project,
    resolve: {
      alias: [
        ...alias,
        { find: /^(react|react-dom)(\/.+)?$/, replacement: path('$1$2') },
        {
          find: /^@testing-library\/react$/,
          replacement: source('../node_modules/@testing-library/react/dist/@testing-library/react.esm.js'),
        },
      ],
    },
    test: {
      ...project.test,
      name,
      environment: 'happy-dom',
      include: ['{src,test}/**/*.test.{ts,tsx}'],
      env: { REACT: modules },
      // So that it imports the React that it is told to.
      server: { deps: { inline: [/@testing-library/] } },
    },
  }
}

const vueProject = () => {
  const project = sourceProject('vue')
  return { ...project, test: { ...project.test, environment: 'happy-dom' } }
}

const busy = ['cluster-chaos', 'rolling-restart', 'sloth', 'soak'].map((name) => `test/${name}.test.ts`)

// What is expected of types (`*.test-d.ts`) holds when they compile: `npm run typecheck`.
export default defineConfig({
  test: {
    // For what hangs: machines may be busy.
    testTimeout: 30_000,
    // As many as there are cores: by default one stays idle.
    maxWorkers: '100%',
    // Many tests make listeners fail on purpose, which is reported on the console.
    silent: 'passed-only',
    allowOnly: false,
    coverage: {
      include: ['packages/*/src/**/*.{ts,tsx}'],
      exclude: ['**/*.test.{ts,tsx}', '**/*.test-d.{ts,tsx}'],
    },
    projects: [
      sourceProject('protocol'),
      sourceProject('client-core'),
      sourceProject('server-lite'),
      sourceProject('router'),
      sourceProject('peerjs-server'),
      sourceProject('redis'),
      reactProject('react', 'node_modules'),
      reactProject('react-18', 'test/react-18/node_modules'),
      vueProject(),
      {
        // Its browsers' side is tested in browsers: e2e/.
        extends: true,
        root: fileURLToPath(new URL('examples/chat-app', import.meta.url)),
        resolve: { alias },
        test: { name: 'chat-app', include: ['*.test.ts', '{shared,gallery}/*.test.ts'] },
      },
      {
        // Structure and packaging: these tests look at the built packages, as an installer gets them.
        extends: true,
        test: { name: 'workspace', include: ['test/**/*.test.ts'], exclude: busy },
      },
      {
        // Those that fill the machine by themselves: hundreds of clients, several nodes.
        extends: true,
        test: { name: 'alone', include: busy },
      },
    ],
  },
})
