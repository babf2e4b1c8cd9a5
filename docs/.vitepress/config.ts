import { defineConfig } from 'vitepress'
import { github, repositoryLinks, rewrites } from './links.js'
import { sidebar } from './sidebar.js'
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
    config: repositoryLinks,
    theme: { light: 'github-light-high-contrast', dark: 'github-dark' },
  },
  vue: {
    template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith('protoo-') } },
  },
  // What is large is the search index, which is loaded when somebody searches.
  vite: { build: { chunkSizeWarningLimit: 2000 } },
  themeConfig: {
    logo: '/icon.svg',
    nav: [
      { text: 'Start', link: '/start/react', activeMatch: '^/start/' },
      { text: 'Concepts', link: '/concepts/connection', activeMatch: '^/(concepts/|delivery)' },
      { text: 'How to', link: '/how-to/banner', activeMatch: '^/how-to/' },
      { text: 'API', link: '/api/', activeMatch: '^/api/' },
      { text: 'Benchmarks', link: '/benchmarks' },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local', options: { detailedView: false } },
    socialLinks: [{ icon: 'github', link: github, ariaLabel: 'The repository on GitHub' }],
    footer: { message: 'MIT licence' },
  },
})
