import { number } from './number.mjs'

const names = new Map([
  ['socket.io', 'socket.io, `@socket.io/redis-streams-adapter`'],
  ['protoo-kit', '**protoo-kit, sessions**, `@protoo-kit/redis`'],
])

/** @type {[title: string, measure: string][]} */
const flow = [
  ['broadcasts per second', 'perSecond'],
  ['CPU of all nodes, µs', 'nodesCpu'],
  ['CPU of Redis, µs', 'redisCpu'],
  ['commands in Redis', 'commands'],
]

/** @type {[title: string, measure: string][]} */
const alone = [
  ['at its own node, ms', 'local'],
  ['at the last of the others, ms', 'remote'],
  ['added, ms', 'added50'],
  ['added, 99 %, ms', 'added99'],
  ['commands in Redis', 'commandsAlone'],
]

/** @param {Record<string, any>} figures */
export function nodesSection(figures) {
  const { ratio, rounds, nodes, clients } = figures['protoo-kit × socket.io']
  const factor = (/** @type {number} */ value) => value.toFixed(2)
  return `## Rooms on several nodes

One room on ${nodes} nodes over Redis, ${clients} clients at each. All nodes broadcast about 200 bytes at once, as fast as every client of every node gets it; figures are for one
broadcast. Commands are those that Redis counts (\`INFO commandstats\`), those within scripts too: ours sends one, which makes two more.

${rows(figures, flow)}

Broadcasts per second, ours to socket.io's, round by round: ${factor(ratio.median)} (${factor(ratio.min)}–${factor(ratio.max)}), ${rounds} rounds in turns. CPU time of the
nodes, which does not depend on what else the machine does: ${factor(figures['protoo-kit'].nodesCpu.ratio)}.

One broadcast at a time: when the clients of its node have it, and when all others do. socket.io's own node waits for Redis as well.

${rows(figures, alone)}`
}

/**
 * @param {Record<string, any>} figures
 * @param {[title: string, measure: string][]} columns
 */
function rows(figures, columns) {
  const lines = [...names].map(([system, name]) => {
    const cells = columns.map(([, measure]) => {
      const { median, min, max } = figures[system][measure]
      return `${number(median)} (${number(min)}–${number(max)})`
    })
    return `| ${name} | ${cells.join(' | ')} |`
  })
  const head = columns.map(([title]) => title)
  return [`| | ${head.join(' | ')} |`, `|---|${'---:|'.repeat(head.length)}`, ...lines].join('\n')
}
