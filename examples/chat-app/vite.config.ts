import { basename } from 'node:path'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

/** Of each front end: `vite build react -c vite.config.ts` makes dist/react, which works under any path. */
export default defineConfig({
  base: './',
  plugins: [
    react(),
    vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'network-drawer' } } }),
    {
      name: 'beside-the-others',
      config: ({ root = '' }) => ({ build: { outDir: `../dist/${basename(root)}` } }),
    },
  ],
  build: { emptyOutDir: true, target: 'es2022', modulePreload: { polyfill: false } },
  logLevel: 'warn',
})
