// `npm run bench:profile`: where the server's and the client's time goes, by function, as text in docs/profiles.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Pair } from './lib/processes.mjs'
import { ours } from './systems/index.mjs'

const COUNT = 400_000
/** Functions listed; the rest is summed up. */
const LISTED = 32
const directory = join(import.meta.dirname, '../docs/profiles')

/** @type {[name: string, command: string, amount: object][]} */
const works = [
  ['requests', 'requests', { count: COUNT, inFlight: 64 }],
  ['notifications', 'notifications', { count: COUNT }],
]
await mkdir(directory, { recursive: true })
for (const [name, command, amount] of works) {
  const { server, load, ...pair } = await Pair.start(ours)
  await load.do('connect', { url: pair.url, count: 1, atOnce: 1 })
  // Code that is not compiled yet takes long once.
  await load.do(command, { ...amount, count: COUNT / 4 })
  const ends = { server, client: load }
  for (const end of Object.values(ends)) await end.do('watchFunctions')
  await load.do(command, amount)
  for (const [end, process] of Object.entries(ends)) {
    const title = `${COUNT} ${name} to the server, at the ${end}: ns for each, by function`
    const text = table(title, await process.do('functions'))
    await writeFile(join(directory, `${name}-${end}.txt`), text)
    console.log(text)
    await process.kill()
  }
}

/**
 * @param {string} title
 * @param {{ nodes: { id: number, callFrame: { functionName: string, url: string } }[], samples: number[], timeDeltas: number[] }} profile
 */
function table(title, { nodes, samples, timeDeltas }) {
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
    `${((time * 1000) / COUNT).toFixed(0).padStart(6)}  ${label}`
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
