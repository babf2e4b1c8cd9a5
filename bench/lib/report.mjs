import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { limit, ours } from '../systems/index.mjs'
import { barChart, growthChart } from './chart.mjs'
import { nodesSection } from './nodes-section.mjs'
import { number } from './number.mjs'
import { pinned } from './processes.mjs'
import { tables } from './tables.mjs'

const root = join(import.meta.dirname, '../..')

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
  sections.push(
    stormSection(figures.storm),
    answersSection(figures.answers),
    nodesSection(figures.nodes),
    sizeSection(figures.sizes),
    othersSection(figures),
  )
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
trust the ratios, and of them those of the server's CPU time, which depend least on what the client does. Every message is counted and checked; a round that loses or swaps one does not count, and is made again.
The loads run without V8's pretenuring ([why](decisions/0029-set-up.md)).`
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
      return [
        `${number(median)} (${number(min)}–${number(max)})`,
        Number.isFinite(ratio) ? ratio.toFixed(2) : '',
      ]
    })
    return `| ${system === ours ? `**${system}**` : system} | ${cells.join(' | ')} |`
  })
  return [`| | ${titles.join(' | ')} |`, `|---|${'---:|'.repeat(titles.length)}`, ...lines].join('\n')
}

/**
 * Says so where ours is not ahead.
 * @param {Record<string, any>} result
 * @param {import('./tables.mjs').Table} table
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

/** @param {Record<string, { count: number, right: number, swapped: number, lost: number }>} result */
function answersSection(result) {
  const lines = Object.entries(result).map(
    ([system, { count, right, swapped, lost }]) =>
      `| ${system} | ${number(count)} | ${number(right)} | ${number(swapped)} | ${number(lost)} |`,
  )
  return `## Right answers

Numbered requests, 64 in flight: whether each got the answer to its own number, another one's, or none.

| | requests | right | swapped | lost |
|---|---:|---:|---:|---:|
${lines.join('\n')}`
}

/** @param {Record<string, any>} figures */
function othersSection({ broker, routing }) {
  const [{ rate, cpu, rss, rounds }] = Object.values(broker)
  const [{ router, express, ratio, rounds: passes }] = Object.values(routing)
  return `## The broker and the router

Each beside what it stands in for; the median of ${rounds} and ${passes} rounds in turns.

| | beside | |
|---|---|---:|
| \`peerjs-server\`: offers relayed per second | \`peer\` | ${rate.toFixed(2)} × |
| its CPU time for each | | ${cpu.toFixed(2)} × |
| its memory per connection | | ${rss.toFixed(2)} × |
| \`router\`: requests dispatched per second, 100 routes, 3 middlewares deep | Express 4’s router | ${ratio.toFixed(2)} × (${number(router)} and ${number(express)}) |`
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
