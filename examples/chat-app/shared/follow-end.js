/** px from its end within which a log counts as being there. */
const NEAR = 60

/**
 * Keeps a log at its end while it is there, whatever comes and however the window changes; whoever reads further up
 * stays where they are.
 *
 * @param {HTMLElement} log what scrolls
 * @param {HTMLElement} list what grows in it
 * @returns {() => void} its undo
 */
export function followEnd(log, list) {
  let atEnd = true
  const look = () => {
    atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR
  }
  const follow = () => {
    if (atEnd) log.scrollTop = log.scrollHeight
  }
  log.addEventListener('scroll', look, { passive: true })
  // Between layout and paint: nobody sees the log where it was.
  const sizes = new ResizeObserver(follow)
  sizes.observe(log)
  sizes.observe(list)
  return () => {
    log.removeEventListener('scroll', look)
    sizes.disconnect()
  }
}
