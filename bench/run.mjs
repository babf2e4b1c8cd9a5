// `npm run bench`: measures protoo-kit beside what one would pick instead, in one run, and writes docs/benchmarks.md.
// `-- --quick` takes less than three minutes; `-- --only requests,storm` runs some of it, and writes nothing; `-- --out file.json` keeps the figures.
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { writeReport } from './lib/report.mjs'
import { measurements } from './measurements.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    out: { type: 'string' },
  },
})

const names = values.only?.split(',') ?? Object.keys(measurements)
const unknown = names.filter((name) => !(name in measurements))
if (unknown.length > 0) {
  console.error(
    `no such measurement: ${unknown.join(', ')}. There are ${Object.keys(measurements).join(', ')}`,
  )
  process.exit(2)
}

/** @type {Record<string, any>} */
const figures = {}
for (const name of names) {
  const start = performance.now()
  figures[name] = await measurements[name]?.(values.quick)
  console.log(`\n=== ${name} (${Math.round((performance.now() - start) / 1000)} s)`)
  print(figures[name])
  // Each time: a run takes long, and may end early.
  if (values.out) await writeFile(values.out, `${JSON.stringify(figures, undefined, 2)}\n`)
}
if (!values.only) console.log(`written: ${await writeReport(figures, values.quick)}`)

/** @param {Record<string, Record<string, any>>} result */
function print(result) {
  console.table(
    Object.fromEntries(
      Object.entries(result).map(([system, measures]) => [
        system,
        Object.fromEntries(
          Object.entries(measures).flatMap(([key, value]) =>
            typeof value === 'object' && value
              ? [
                  [key, round(value.median)],
                  [`${key} ×`, value.ratio === undefined ? '' : round(value.ratio)],
                ]
              : [[key, value]],
          ),
        ),
      ]),
    ),
  )
}

/** @param {number} value */
function round(value) {
  return Number(value.toPrecision(3))
}
