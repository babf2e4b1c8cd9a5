import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { limit, ours } from '../systems/index.mjs'
import { barChart, growthChart } from './chart.mjs'
import { pinned } from './processes.mjs'

const root = join(import.meta.dirname, '../..')

/** What each table shows: which measurements, which of their measures, and whether more or less is better. */
/** @type {{ title: string, text: string, measurement: string, columns: [title: string, measure: string, unit: string][], chart: string, better: 'more' | 'less', goal: number }[]} */
const tables = [
  {
    title: 'Requests, client to server, 64 in flight',
    text: 'One connection. Every answer is compared with what was asked.',
    measurement: 'requests',
    columns: [
      ['per second', 'perSecond', ''],
      ['server CPU', 'cpu', 'µs'],
    ],
    chart: 'cpu',
    better: 'less',
    goal: 0.6,
  },
  {
    title: 'Requests, server to client, 64 in flight',
    text: 'The same, asked by the server.',
    measurement: 'server requests',
    columns: [
      ['per second', 'perSecond', ''],
      ['server CPU', 'cpu', 'µs'],
    ],
    chart: 'perSecond',
    better: 'more',
    goal: 1.1,
  },
  {
    title: 'Requests one after the other',
    text: 'What a lone message waits: nothing is held back for it.',
    measurement: 'sequential',
    columns: [
      ['median wait', 'p50', 'ms'],
      ['99 %', 'p99', 'ms'],
      ['server CPU', 'cpu', 'µs'],
    ],
    chart: 'p50',
    better: 'less',
    goal: 1.05,
  },
  {
    title: 'Notifications to the server',
    text: 'Batches of 64 in a turn of the event loop. Counted, and their order checked, at the receiver.',
    measurement: 'notifications to the server',
    columns: [
      ['per second', 'perSecond', ''],
      ['server CPU', 'cpu', 'µs'],
    ],
    chart: 'perSecond',
    better: 'more',
    goal: 1.6,
  },
  {
    title: 'Notifications to the client',
    text: 'The other way.',
    measurement: 'notifications to the client',
    columns: [
      ['per second', 'perSecond', ''],
      ['server CPU', 'cpu', 'µs'],
    ],
    chart: 'cpu',
    better: 'less',
    goal: 0.4,
  },
  {
    title: 'Broadcast to 500',
    text: 'About 200 bytes of data. Per delivered message; each client counts.',
    measurement: 'broadcast to 500',
    columns: [
      ['delivered per second', 'perSecond', ''],
      ['server CPU', 'cpu', 'µs'],
    ],
    chart: 'cpu',
    better: 'less',
    goal: 0.9,
  },
  {
    title: 'Broadcast to 2,000',
    text: 'The same, to a larger room.',
    measurement: 'broadcast to 2000',
    columns: [
      ['delivered per second', 'perSecond', ''],
      ['server CPU', 'cpu', 'µs'],
    ],
    chart: 'cpu',
    better: 'less',
    goal: 0.9,
  },
  {
    title: 'Setting up connections',
    text: 'Handshake, origin policy, session and peer in its room, 32 at a time. `peer` is a broker for PeerJS, whose clients get an id.',
    measurement: 'set-up',
    columns: [
      ['per second', 'perSecond', ''],
      ['server CPU', 'cpu', 'µs'],
    ],
    chart: 'cpu',
    better: 'less',
    goal: 1.2,
  },
  {
    title: 'Memory of an idle connection',
    text: 'The heap of the server after a collection, per connection.',
    measurement: 'memory',
    columns: [['heap', 'heap', 'bytes']],
    chart: 'heap',
    better: 'less',
    goal: 1.7,
  },
]

/**
 * Writes docs/benchmarks.md, and its charts.
 * @param {Record<string, any>} figures
 * @param {boolean} quick
 */
export async function writeReport(figures, quick) {
  const directory = join(root, 'docs/images/bench')
  await mkdir(directory, { recursive: true })
  const sections = []
  for (const table of tables) {
    const result = figures[table.measurement]
    const file = `${table.measurement.replaceAll(' ', '-')}.svg`
    const bars = Object.entries(result).map(([label, measures]) => {
      const { ratio } = measures[table.chart]
      return { label, value: ratio, text: `${ratio.toFixed(2)} ×`, own: label.startsWith('protoo-kit') }
    })
    const chosen = table.columns.find(([, measure]) => measure === table.chart)
    const title = `${table.title}: ${chosen?.[0]}, × ${limit} (${table.better} is better)`
    await writeFile(join(directory, file), barChart(title, bars, 1))
    sections.push(
      `## ${table.title}\n\n${table.text}\n\n![${title}](images/bench/${file})\n\n${rows(result, table.columns)}\n\n${verdict(result, table)}`,
    )
  }
  sections.push(stormSection(figures.storm), sizeSection(figures.sizes))
  await writeFile(
    join(directory, 'growth.svg'),
    growthChart('Server CPU time for one, in µs, by how many there are', figures.growth),
  )
  sections.push(
    `## Growth

What one costs the server in CPU time, at four sizes: a flat line is a cost that does not depend on how many there are. Sessions on.

![Growth](images/bench/growth.svg)`,
  )
  const path = join(root, 'docs/benchmarks.md')
  await writeFile(path, `${head(quick)}\n\n${sections.join('\n\n')}\n`)
  return path
}

/** @param {boolean} quick */
function head(quick) {
  const [cpu] = cpus()
  return `# Benchmarks

Written by \`npm run bench${quick ? ' -- --quick' : ''}\`; nothing here was typed in. ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${type()} ${release()}, ${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB.

Each system has a server and a load process of its own${pinned ? ', pinned to a core each' : ''}. They take turns, round by round, so that whatever else the machine does
falls on all of them. A figure is the median of the rounds (least–most), and its ratio to raw \`${limit}\` with the same JSON the median of the ratios within each round:
trust the ratios, and of them those of the server's CPU time, which do not depend on what the client does. Every message is counted and checked; a run that loses one fails.`
}

/**
 * @param {Record<string, any>} result
 * @param {[title: string, measure: string, unit: string][]} columns
 */
function rows(result, columns) {
  const titles = columns.flatMap(([title, , unit]) => [unit ? `${title}, ${unit}` : title, `× ${limit}`])
  const lines = Object.entries(result).map(([system, measures]) => {
    const cells = columns.flatMap(([, measure]) => {
      const { median, min, max, ratio } = measures[measure]
      return [`${number(median)} (${number(min)}–${number(max)})`, ratio.toFixed(2)]
    })
    return `| ${system === ours ? `**${system}**` : system} | ${cells.join(' | ')} |`
  })
  return [`| | ${titles.join(' | ')} |`, `|---|${'---:|'.repeat(titles.length)}`, ...lines].join('\n')
}

/**
 * Says so where ours is not ahead.
 * @param {Record<string, any>} result
 * @param {typeof tables[number]} table
 */
function verdict(result, { chart, better }) {
  const own = result[ours][chart].ratio
  const ahead = Object.entries(result)
    .filter(([system]) => !system.startsWith('protoo-kit'))
    .filter(([, measures]) => (better === 'less' ? measures[chart].ratio < own : measures[chart].ratio > own))
    .map(([system]) => `\`${system}\``)
  return ahead.length > 0 ? `Ahead of ours: ${ahead.join(', ')}.` : 'None is ahead of ours.'
}

/** @param {Record<string, any>} result */
function stormSection(result) {
  const seconds = (/** @type {{ median: number }} */ { median }) =>
    Number.isFinite(median) ? (median / 1000).toFixed(1) : 'never'
  const lines = Object.entries(result).map(
    ([system, { half, most, all, dials, handshakes, gaveUp }]) =>
      `| ${system === ours ? `**${system}**` : system} | ${seconds(half)} | ${seconds(most)} | ${seconds(all)} | ${number(dials.median)} | ${number(handshakes.median)} | ${number(gaveUp.median)} |`,
  )
  return `## A storm of clients that come back

The server is killed, and listens again two seconds later. Each client with its own defaults (ours: \`createPeer()\`). Seconds from the new listen until 50, 95 and 100 % are open; the most
dials and handshakes in any 100 ms.

| | 50 % | 95 % | 100 % | dials | handshakes | gave up |
|---|---:|---:|---:|---:|---:|---:|
${lines.join('\n')}`
}

/** @param {Record<string, { min: number, gzip: number, brotli: number }>} result */
function sizeSection(result) {
  const lines = Object.entries(result).map(
    ([system, { min, gzip, brotli }]) =>
      `| ${system === ours ? `**${system}**` : system} | ${number(min)} | ${number(gzip)} | ${number(brotli)} |`,
  )
  return `## Size

What a page downloads, in bytes. The last two only come back: they have no requests, answers or sessions.

| | min | gzip | brotli |
|---|---:|---:|---:|
${lines.join('\n')}`
}

/** @param {number} value */
function number(value) {
  if (!Number.isFinite(value)) return '–'
  return value >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
}
