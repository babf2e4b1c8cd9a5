/**
 * The three kinds of message of protoo v4, as they travel: one JSON object in
 * one text frame. See PROTOCOL.md §2.
 */

// `any`: what is in `data` is the application's affair, and programs written
// against v4 read `request.data.foo` without a cast. A typed contract replaces it.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Data = any

export interface ProtooRequest<Method extends string = string, D = Data> {
  request: true
  id: number
  method: Method
  data: D
}

export interface ProtooSuccessResponse {
  response: true
  id: number
  ok: true
  data: Data
}

export interface ProtooErrorResponse {
  response: true
  id: number
  ok: false
  errorCode: number
  errorReason: string
  /** Beyond v4: what a handler attached to its error. Stock ends ignore it. */
  errorData?: Data | undefined
}

export type ProtooResponse = ProtooSuccessResponse | ProtooErrorResponse

export interface ProtooNotification<Method extends string = string, D = Data> {
  notification: true
  method: Method
  data: D
}

export type Message = ProtooRequest | ProtooResponse | ProtooNotification

/** Absent (and, as in v4, any falsy) `data` is sent as `{}`. */
export function createRequest(id: number, method: string, data?: unknown): ProtooRequest {
  return { request: true, id, method, data: data || {} }
}

export function createSuccessResponse(id: number, data?: unknown): ProtooSuccessResponse {
  return { response: true, id, ok: true, data: data || {} }
}

export function createErrorResponse(
  id: number,
  errorCode: number,
  errorReason: string,
  errorData?: unknown,
): ProtooErrorResponse {
  return { response: true, id, ok: false, errorCode, errorReason, errorData }
}

export function createNotification(method: string, data?: unknown): ProtooNotification {
  return { notification: true, method, data: data || {} }
}

/** The text of the frame. Throws the `TypeError` of `JSON.stringify` for cycles and bigints. */
export function encode(message: Message): string {
  return JSON.stringify(message)
}
