import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { github, repositoryLinks, rewrites } from './links.js'
import { plainMarkdown } from './plain-markdown.js'
import { behind, sidebar } from './sidebar.js'
import { slug } from './slug.js'

export default defineConfig({
  title: 'protoo-kit',
  description: 'Real-time signaling that reconnects by itself and loses nothing: for browsers and Node.',
  lang: 'en-GB',
  base: process.env.DOCS_BASE ?? '/',
  rewrites,
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${process.env.DOCS_BASE ?? '/'}icon.svg` }]],
  // Addresses in samples.
  ignoreDeadLinks: 'localhostLinks',
  markdown: {
    anchor: { slugify: slug },
    toc: { slugify: slug },
    headers: { slugify: slug },
    config(md) {
      repositoryLinks(md)
      plainMarkdown(md)
    },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-default' },
  },
  vue: {
    template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith('protoo-') } },
  },
  vite: {
    // What is large is the search index, which is loaded when somebody searches.
    build: { chunkSizeWarningLimit: 2000 },
    resolve: {
      alias: [
        { find: /^.*\/VPHome\.vue$/, replacement: fileURLToPath(new URL('theme/Home.vue', import.meta.url)) },
      ],
    },
  },
  themeConfig: {
    logo: '/icon.svg',
    nav: [
      { text: 'Start', link: '/start/react', activeMatch: '^/start/' },
      { text: 'Concepts', link: '/concepts/connection', activeMatch: '^/(concepts/|delivery)' },
      { text: 'How to', link: '/how-to/banner', activeMatch: '^/how-to/' },
      { text: 'Reference', link: '/api/', activeMatch: '^/(api|packages|examples)/' },
      { text: 'Behind it', link: '/protocol', activeMatch: behind },
      { text: 'Benchmarks', link: '/benchmarks' },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local', options: { detailedView: false } },
    socialLinks: [{ icon: 'github', link: github, ariaLabel: 'The repository on GitHub' }],
    footer: { message: 'MIT licence' },
  },
})
