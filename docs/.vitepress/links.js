// Pages are written for GitHub as well: their links name files of the repository. Here they become links to the page that
// shows the file, or to the file on GitHub.
import { existsSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'

export const root = join(import.meta.dirname, '../..')
export const github = 'https://github.com/protoo-kit/protoo-kit'

/** Files outside of docs/ that have a page, which includes them. */
const mirrored = new Map(
  Object.entries({
    'ARCHITECTURE.md': 'architecture.md',
    'CONTRIBUTING.md': 'contributing.md',
    'SECURITY.md': 'security-policy.md',
    'README.md': 'index.md',
    'packages/protocol/PROTOCOL.md': 'protocol.md',
    'examples/chat-app/README.md': 'examples/chat-app.md',
    'examples/instant-messaging/README.md': 'examples/instant-messaging.md',
    ...Object.fromEntries(
      ['client-core', 'react', 'vue', 'server-lite', 'router', 'redis', 'peerjs-server', 'protocol'].map(
        (name) => [`packages/${name}/README.md`, `packages/${name}.md`],
      ),
    ),
  }),
)

/** Folders' pages are called README here, for GitHub, and index on the site. */
export const rewrites = {
  'decisions/README.md': 'decisions/index.md',
  'profiles/README.md': 'profiles/index.md',
}

/**
 * The page that shows a file.
 *
 * @param {string} file from the repository's root
 * @returns {string | undefined} from docs/
 */
function pageOf(file) {
  const mirror = mirrored.get(file)
  if (mirror && existsSync(join(root, 'docs', mirror))) return mirror
  if (!/^docs\/.*\.md$/.test(file)) return undefined
  const page = file.slice('docs/'.length)
  return new Map(Object.entries(rewrites)).get(page) ?? page
}

/**
 * The file that a page shows: what its links are relative to.
 *
 * @param {string} page from docs/
 */
function fileOf(page) {
  const mirror = [...mirrored].find(([, mirror]) => mirror === page)
  // The start page is its own.
  if (mirror && page !== 'index.md') return mirror[0]
  const rewritten = Object.entries(rewrites).find(([, to]) => to === page)
  return `docs/${rewritten?.[0] ?? page}`
}

/**
 * @param {string} page from docs/
 * @param {string} link as it is written
 * @returns {string} as the site needs it
 */
export function siteLink(page, link) {
  if (/^([a-z]+:|\/|#)/i.test(link)) return link
  const [path = '', hash] = link.split('#', 2)
  const named = posix.join(posix.dirname(fileOf(page)), decodeURI(path)).replace(/\/$/, '')
  if (named.startsWith('docs/api/')) return link
  if (!existsSync(join(root, named))) throw new Error(`${fileOf(page)} links to ${link}, which is not there`)
  const folder = statSync(join(root, named)).isDirectory()
  const readme = `${named}/README.md`
  const target = folder && existsSync(join(root, readme)) ? readme : named
  const anchor = hash === undefined ? '' : `#${hash}`
  const shown =
    pageOf(target) ?? (/^docs\/.*\.(png|svg)$/.test(target) ? target.slice('docs/'.length) : undefined)
  if (shown === undefined) return `${github}/${folder ? 'tree' : 'blob'}/main/${named}${anchor}`
  const relative = posix.relative(posix.dirname(page), shown)
  return `${relative.startsWith('.') ? '' : './'}${relative}${anchor}`
}

/** @param {import('vitepress').MarkdownRenderer} md */
export function repositoryLinks(md) {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    const page = env.relativePath
    for (const token of tokens.flatMap((token) => [token, ...(token.children ?? [])])) {
      for (const name of ['href', 'src']) {
        const link = token.attrGet(name)
        if (link) token.attrSet(name, siteLink(page, link))
      }
      if (token.type.startsWith('html_'))
        token.content = token.content.replaceAll(
          /\b(src|href)="([^"]+)"/g,
          (_, name, link) => `${name}="${siteLink(page, link)}"`,
        )
    }
  })
}
