import cors, { type CorsOptions } from 'cors'
import express, { type ErrorRequestHandler, type Router } from 'express'
import { newId } from './new-id.js'

/** What `GET /` says (J9). */
const DESCRIPTION = {
  name: 'PeerJS Server',
  description: 'A server side element to broker connections between PeerJS clients.',
  website: 'https://peerjs.com/',
}

export interface HttpApiParts {
  readonly corsOptions: CorsOptions
  readonly allow_discovery: boolean
  readonly generateClientId: (() => unknown) | undefined
  /** Of those who are connected. */
  ids(): string[]
  has(id: string): boolean
  failed(error: unknown): void
}

/** `GET /`, `GET /<key>/id` and `GET /<key>/peers` (J9). The key is not looked at, as with the original. */
export function httpApi(parts: HttpApiParts): Router {
  const { corsOptions, allow_discovery, failed } = parts
  const router = express.Router()
  router.use(cors({ ...corsOptions, origin: corsOptions.origin ?? true }))
  router.get('/', (_request, response) => {
    response.send(DESCRIPTION)
  })
  router.get('/:key/id', (_request, response) => {
    try {
      response.type('html').send(newId(parts.generateClientId, (id) => parts.has(id)))
    } catch (error) {
      failed(error)
      response.status(500).type('text').send('generateClientId made no ID that is free')
    }
  })
  router.get('/:key/peers', (_request, response) => {
    if (allow_discovery) response.send(parts.ids())
    else response.sendStatus(401)
  })
  router.use(malformed)
  return router
}

/** What cannot be decoded. Express itself would answer, and print, where in the code that was found. */
const malformed: ErrorRequestHandler = (error, _request, response, next) => {
  if (error instanceof URIError) response.status(400).type('text').send('the path cannot be decoded')
  else next(error)
}
