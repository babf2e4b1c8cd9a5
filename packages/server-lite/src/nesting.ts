const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * Whether arrays and objects are nested deeper than `limit` in a JSON text. What is no JSON may be answered either way.
 *
 * Ordinary messages cost next to nothing: one that is short, or has few brackets, is not read.
 */
export function isDeeper(text: string, limit: number): boolean {
  // Each level is opened and closed.
  if (text.length <= 2 * limit) return false
  return hasMoreOpenings(text, limit) && depthExceeds(text, limit)
}

/** By the search of the platform, which is many times as fast as a loop. */
function hasMoreOpenings(text: string, limit: number): boolean {
  let count = 0
  for (const bracket of '{[') {
    let at = text.indexOf(bracket)
    while (at >= 0) {
      if (++count > limit) return true
      at = text.indexOf(bracket, at + 1)
    }
  }
  return false
}

function depthExceeds(text: string, limit: number): boolean {
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === QUOTE) index = endOfString(text, index)
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > limit) return true
    } else if (code === 0x5d || code === 0x7d) depth--
  }
  return false
}

/** Where the string that begins at `start` has its closing quote; the end of the text if it has none. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end < 0 ? text.length : end
}

function isEscaped(text: string, index: number): boolean {
  let start = index
  while (text.charCodeAt(start - 1) === BACKSLASH) start--
  return (index - start) % 2 === 1
}
