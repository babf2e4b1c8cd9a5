// `npm run bench:profile`: where the server's and the client's time goes, by function, as text in docs/profiles.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Pair } from './lib/processes.mjs'
import { ours } from './systems/index.mjs'

/** Functions listed; the rest is summed up. */
const LISTED = 32
const directory = join(import.meta.dirname, '../docs/profiles')

/** Some work that many times, with so many clients there; at the server alone where the load's part of it is nobody's hot path. */
/** @type {{ name: string, count: number, clients: number, load: boolean, title: string, work(pair: Pair, count: number): Promise<unknown> }[]} */
const works = [
  {
    name: 'requests',
    title: 'requests to the server',
    count: 400_000,
    clients: 1,
    load: true,
    work: ({ load }, count) => load.do('requests', { count, inFlight: 64 }),
  },
  {
    name: 'notifications',
    title: 'notifications to the server',
    count: 400_000,
    clients: 1,
    load: true,
    work: ({ load }, count) => load.do('notifications', { count }),
  },
  {
    name: 'broadcast',
    title: 'messages of broadcasts to 2000',
    count: 240_000,
    clients: 2000,
    load: false,
    async work({ server, load }, count) {
      const arrived = load.do('arrived', { count })
      await server.do('broadcast', { count: count / 2000, text: 'x'.repeat(180) })
      await arrived
    },
  },
  {
    name: 'set-up',
    title: 'connections set up',
    count: 6000,
    clients: 0,
    load: false,
    work: (pair, count) => pair.connect(count, 32),
  },
]
await mkdir(directory, { recursive: true })
for (const { name, title, count, clients, load, work } of works) {
  const pair = await Pair.start(ours)
  await pair.connect(clients, 32)
  // Code that is not compiled yet takes long once.
  await work(pair, count)
  const ends = load ? { server: pair.server, client: pair.load } : { server: pair.server }
  for (const end of Object.values(ends)) await end.do('watchFunctions')
  await work(pair, count)
  for (const [end, process] of Object.entries(ends)) {
    const heading = `${count} ${title}, at the ${end}: ns for each, by function`
    const text = table(heading, count, await process.do('functions'))
    await writeFile(join(directory, `${name}-${end}.txt`), text)
    console.log(text)
  }
  await pair.kill()
}

/**
 * @param {string} title
 * @param {number} count
 * @param {{ nodes: { id: number, callFrame: { functionName: string, url: string } }[], samples: number[], timeDeltas: number[] }} profile
 */
function table(title, count, { nodes, samples, timeDeltas }) {
  const labels = new Map(nodes.map(({ id, callFrame }) => [id, labelOf(callFrame)]))
  /** @type {Map<string, number>} */
  const times = new Map()
  samples.forEach((id, index) => {
    const label = labels.get(id) ?? ''
    times.set(label, (times.get(label) ?? 0) + (timeDeltas[index] ?? 0))
  })
  // Waiting is no work.
  times.delete('(idle)')
  const rows = [...times].sort(([, a], [, b]) => b - a)
  const line = (/** @type {number} */ time, /** @type {string} */ label) =>
    `${((time * 1000) / count).toFixed(0).padStart(6)}  ${label}`
  const rest = rows.slice(LISTED)
  const sum = (/** @type {[string, number][]} */ part) => part.reduce((total, [, time]) => total + time, 0)
  return [
    title,
    '',
    ...rows.slice(0, LISTED).map(([label, time]) => line(time, label)),
    line(sum(rest), `${rest.length} others`),
    line(sum(rows), 'in all'),
    '',
  ].join('\n')
}

/** @param {{ functionName: string, url: string }} frame */
function labelOf({ functionName, url }) {
  const name = functionName || 'anonymous'
  const place = /(?:packages|node_modules)\/(.+)$/.exec(url)?.[1] ?? (/^node:/.test(url) ? url : '')
  return `${name}${place && `  ${place.replace('/dist/', '/')}`}`
}
