import type { Request } from '../request.js'

/** Answers a request with what the peer answers that it was forwarded to, until that is final. */
export function relay(req: Request): void {
  req.on('incomingResponse', (response) => {
    if (!req.ended) req.reply(response)
  })
}
