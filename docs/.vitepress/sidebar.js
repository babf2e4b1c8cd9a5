import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { entries } from '../scripts/packages.mjs'

const docs = join(import.meta.dirname, '..')

/** Page by page: what it is called here, and where it is. */
const guide = /** @type {const} */ ([
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
    ],
  ],
  [
    'Examples',
    [
      ['The chat', 'examples/chat-app'],
      ['Instant messaging', 'examples/instant-messaging'],
    ],
  ],
])

const internals = /** @type {const} */ ([
  [
    'The wire',
    [
      ['The protocol', 'protocol'],
      ['Differences from v4', 'divergences'],
      ['Parity, behaviour by behaviour', 'parity'],
    ],
  ],
  [
    'How it is measured',
    [
      ['Benchmarks', 'benchmarks'],
      ['Where the time goes', 'profiles/index'],
      ['Ten thousand cuts', 'chaos'],
      ['Hours under load', 'soak'],
      ['Hostile input', 'fuzz'],
    ],
  ],
  [
    'The project',
    [
      ['Architecture', 'architecture'],
      ['Decisions', 'decisions/index'],
      ['Versions', 'versioning'],
      ['Reporting a weakness', 'security-policy'],
      ['Contributing', 'contributing'],
    ],
  ],
])

/**
 * The groups with the pages that there are.
 *
 * @param {readonly (readonly [string, readonly (readonly [string, string])[]])[]} groups
 */
const shown = (groups) =>
  groups.map(([text, pages]) => ({
    text,
    items: pages
      .filter(([, page]) => existsSync(join(docs, `${page.replace(/\/index$/, '/README')}.md`)))
      .map(([text, page]) => ({ text, link: `/${page.replace(/index$/, '')}` })),
  }))

const api = {
  text: 'API',
  items: [
    { text: 'All entries', link: '/api/' },
    ...entries().map(({ name, page }) => ({ text: name.replace('@protoo-kit/', ''), link: `/api/${page}` })),
  ],
}

/** Where its pages begin: what is not asked for to use it. */
const internal = internals.flatMap(([, pages]) => pages.map(([, page]) => `/${page.replace(/index$/, '')}`))

/** Matches the addresses of such pages, but for the benchmarks, which are in the bar at the top themselves. */
export const behind = `^(${internal.filter((page) => page !== '/benchmarks').join('|')})`

const referenceSidebar = [...shown(reference), api]
const internalSidebar = shown(internals)

/** By where an address begins. Groups cannot be closed: VitePress's way of doing it keeps screen readers out. */
export const sidebar = {
  ...Object.fromEntries(['/api/', '/packages/', '/examples/'].map((start) => [start, referenceSidebar])),
  ...Object.fromEntries(internal.map((start) => [start, internalSidebar])),
  '/': shown(guide),
}
