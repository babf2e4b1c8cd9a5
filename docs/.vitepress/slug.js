/**
 * A heading's anchor as GitHub makes it, so that a link to it works there and here.
 *
 * @param {string} heading
 */
export function slug(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-')
}

/**
 * The anchors of a page's headings, numbered where several are alike, and those that it sets itself.
 *
 * @param {string} markdown
 * @returns {Set<string>}
 */
export function anchorsOf(markdown) {
  const text = markdown.replaceAll(/^( *)```[\s\S]*?^\1```/gm, '')
  /** @type {Map<string, number>} */
  const seen = new Map()
  const headings = [...text.matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) => {
    const name = slug(heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('\\', ''))
    const before = seen.get(name) ?? 0
    seen.set(name, before + 1)
    return before ? `${name}-${before}` : name
  })
  return new Set([...headings, ...[...text.matchAll(/\bid="([^"]+)"/g)].map(([, id = '']) => id)])
}
