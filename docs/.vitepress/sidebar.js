import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { entries } from '../scripts/packages.mjs'

const docs = join(import.meta.dirname, '..')

/** Page by page: what it is called here, and where it is. */
const groups = /** @type {const} */ ([
  [
    'Start in five minutes',
    [
      ['React', 'start/react'],
      ['Vue', 'start/vue'],
      ['A plain page', 'start/page'],
      ['Node', 'start/node'],
    ],
  ],
  [
    'Concepts',
    [
      ['The life of a connection', 'concepts/connection'],
      ['Sessions', 'concepts/sessions'],
      ['What is delivered when', 'delivery'],
      ['Rooms and peers', 'concepts/rooms'],
      ['Errors', 'concepts/errors'],
      ['Security', 'concepts/security'],
      ['Contracts', 'contracts'],
    ],
  ],
  [
    'How to',
    [
      ['Show the connection', 'how-to/banner'],
      ['Let people in', 'how-to/auth'],
      ['Credentials that expire', 'credentials'],
      ['Show who is there', 'how-to/presence'],
      ['Work without a network', 'how-to/offline'],
      ['Test your application', 'testing'],
      ['Deploy', 'deploy'],
      ['Use many servers', 'scaling'],
    ],
  ],
  [
    'Migrating',
    [
      ['From protoo v4', 'migrating/protoo'],
      ['From protoo 0.x', 'migrating/protoo-0'],
      ['From Socket.IO', 'migrating/socket-io'],
      ['From PeerServer', 'migrating/peerserver'],
    ],
  ],
])

/** Closed at first: what one comes back to. */
const reference = /** @type {const} */ ([
  [
    'Packages',
    [
      ['client-core', 'packages/client-core'],
      ['react', 'packages/react'],
      ['vue', 'packages/vue'],
      ['server-lite', 'packages/server-lite'],
      ['router', 'packages/router'],
      ['redis', 'packages/redis'],
      ['peerjs-server', 'packages/peerjs-server'],
      ['protocol', 'packages/protocol'],
      ['Example: the chat', 'examples/chat-app'],
      ['Example: instant messaging', 'examples/instant-messaging'],
    ],
  ],
  [
    'Behind it',
    [
      ['The protocol', 'protocol'],
      ['Differences from v4', 'divergences'],
      ['Parity, behaviour by behaviour', 'parity'],
      ['Versions', 'versioning'],
      ['Benchmarks', 'benchmarks'],
      ['Where the time goes', 'profiles/index'],
      ['Ten thousand cuts', 'chaos'],
      ['Hours under load', 'soak'],
      ['Hostile input', 'fuzz'],
      ['Architecture', 'architecture'],
      ['Decisions', 'decisions/index'],
      ['Reporting a weakness', 'security-policy'],
      ['Contributing', 'contributing'],
    ],
  ],
])

/** @param {readonly (readonly [string, string])[]} pages */
const items = (pages) =>
  pages
    .filter(([, page]) => existsSync(join(docs, `${page.replace(/\/index$/, '/README')}.md`)))
    .map(([text, page]) => ({ text, link: `/${page.replace(/index$/, '')}` }))

const api = {
  text: 'API reference',
  collapsed: true,
  items: [
    { text: 'All entries', link: '/api/' },
    ...entries().map(({ name, page }) => ({ text: name.replace('@protoo-kit/', ''), link: `/api/${page}` })),
  ],
}

const [packages, behind] = reference.map(([text, pages]) => ({ text, collapsed: true, items: items(pages) }))

export const sidebar = [
  ...groups.map(([text, pages]) => ({ text, items: items(pages) })),
  ...(packages ? [packages] : []),
  api,
  ...(behind ? [behind] : []),
]
