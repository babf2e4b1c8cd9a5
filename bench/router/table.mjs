// The routes that both routers get: 100 of them, in five routers, each below a middleware, below one for all, below one
// that has a parameter: three deep.

/** What the middle of each path is. */
const areas = ['users', 'rooms', 'sessions', 'files', 'calls']
/** Routes of each area. */
const ROUTES = 20

/** Requests that end in the first, middle and last route of each area, and one that no route takes. */
export const paths = [
  ...areas.flatMap((area) => [0, 10, 19].map((index) => `/v1/${area}/action${index}/alice/phone`)),
  '/v1/users/nothing/alice/phone',
]

/**
 * @param {{
 *   router: () => any,
 *   middleware: (count: () => void) => Function,
 *   handler: (count: () => void) => Function,
 *   method: string,
 * }} kind
 * @param {() => void} count called by each middleware and each handler that is reached
 */
export function buildTable({ router, middleware, handler, method }, count) {
  const top = router()
  top.use(middleware(count))
  const version = router()
  top.use('/v1', middleware(count), version)
  for (const area of areas) {
    const inner = router()
    inner.use(middleware(count))
    for (let index = 0; index < ROUTES; index++)
      inner[method](`/action${index}/:username/:uuid?`, handler(count))
    version.use(`/${area}`, inner)
  }
  return top
}
