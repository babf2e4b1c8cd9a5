// Bars, as SVG that is legible on light and dark pages alike.

const WIDTH = 720
const LABEL = 170
const BAR = 22
const GAP = 8

/**
 * @param {string} title
 * @param {{ label: string, value: number, text: string, own?: boolean }[]} bars
 * @param {number} [mark] where a line is drawn
 */
export function barChart(title, bars, mark) {
  const most = Math.max(...bars.map(({ value }) => value), mark ?? 0) || 1
  const scale = (WIDTH - LABEL - 120) / most
  const top = 34
  const height = top + bars.length * (BAR + GAP) + 6
  const rows = bars.map(({ label, value, text, own }, index) => {
    const y = top + index * (BAR + GAP)
    const length = Math.max(value * scale, 1).toFixed(1)
    return `<text x="${LABEL - 10}" y="${y + 16}" text-anchor="end">${escaped(label)}</text>
<rect class="${own ? 'own' : 'other'}" x="${LABEL}" y="${y}" width="${length}" height="${BAR}" rx="4"/>
<text class="value" x="${LABEL + Number(length) + 8}" y="${y + 16}">${escaped(text)}</text>`
  })
  const line =
    mark === undefined
      ? ''
      : `<path class="mark" d="M${(LABEL + mark * scale).toFixed(1)} ${top - 4}V${height - 6}"/>`
  return page(title, WIDTH, height, `${rows.join('\n')}\n${line}`)
}

/**
 * @param {string} title
 * @param {Record<string, Record<string, number>>} series values by size, by name
 */
export function growthChart(title, series) {
  const panel = WIDTH / 2
  const height = 34 + Math.ceil(Object.keys(series).length / 2) * 150
  const panels = Object.entries(series).map(([name, points], index) => {
    const left = (index % 2) * panel + 50
    const top = 60 + Math.floor(index / 2) * 150
    const entries = Object.entries(points)
    const most = Math.max(...entries.map(([, value]) => value)) * 1.25
    const place = (/** @type {number} */ at, /** @type {number} */ value) =>
      `${(left + at * 85).toFixed(1)} ${(top + 80 - (value / most) * 80).toFixed(1)}`
    const path = entries.map(([, value], at) => place(at, value)).join('L')
    const marks = entries.map(([size, value], at) => {
      const [x, y] = place(at, value).split(' ')
      return `<circle cx="${x}" cy="${y}" r="4"/><text class="value" x="${x}" y="${Number(y) - 9}" text-anchor="middle">${value.toPrecision(3)}</text>
<text class="value" x="${x}" y="${top + 98}" text-anchor="middle">${size}</text>`
    })
    return `<text x="${left - 20}" y="${top - 10}">${escaped(name)}</text><path class="axis" d="M${left - 20} ${top + 80}H${left + 275}"/><path class="line" d="M${path}"/>${marks.join('')}`
  })
  return page(title, WIDTH, height, panels.join('\n'))
}

/**
 * @param {string} title
 * @param {number} width
 * @param {number} height
 * @param {string} content
 */
function page(title, width, height, content) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<style>
text { font: 13px system-ui, sans-serif; fill: #20242a }
.title { font-weight: 600 }
.value { fill: #5f656c; font-size: 12px }
.own, circle { fill: #0f6e5c }
.other { fill: #b9bec3 }
.line { fill: none; stroke: #0f6e5c; stroke-width: 2 }
.mark, .axis { stroke: #8a8f94; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) {
text { fill: #e9ebed }
.value { fill: #9ba4ac }
.own, circle { fill: #58c9b0 }
.other { fill: #59626a }
.line { stroke: #58c9b0 }
}
</style>
<text class="title" x="10" y="20">${escaped(title)}</text>
${content}
</svg>
`
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
