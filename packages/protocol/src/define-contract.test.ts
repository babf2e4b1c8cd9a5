import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineContract } from './contract.js'

const schema = z.object({ a: z.string() })

describe('defineContract', () => {
  it('gives back what it was given', () => {
    const contract = { server: { requests: { join: { data: schema } } }, errors: { 409: schema } }
    expect(defineContract(contract)).toBe(contract)
    expect(defineContract({})).toEqual({})
  })

  // As programs without types may write it.
  const define = (contract: object) => () => defineContract(contract)

  it('says where it is no contract', () => {
    expect(define({ servr: {} })).toThrow('contract.servr means nothing: there are server, client, errors')
    expect(define({ server: { request: {} } })).toThrow('server.request means nothing')
    expect(define({ server: 7 })).toThrow('server must be an object with requests, notifications')
    expect(define({ server: { requests: { join: schema } } })).toThrow(
      'server.requests.join must be an object with data, result',
    )
    expect(define({ client: { requests: { join: { input: schema } } } })).toThrow(
      'client.requests.join.input means nothing: there are data, result',
    )
    expect(define({ server: { requests: { join: { data: String } } } })).toThrow(
      'server.requests.join.data must be a schema (Standard Schema 1',
    )
    expect(define({ server: { notifications: { typing: {} } } })).toThrow(
      'server.notifications.typing must be',
    )
    expect(define({ errors: { full: schema } })).toThrow(
      "errors.full: an error's code must be a whole number",
    )
    expect(define({ errors: { 409: null } })).toThrow('errors.409 must be a schema')
    expect(define({ server: { requests: { say: {} }, notifications: { say: undefined } } })).toThrow(
      'server.requests.say is a notification too',
    )
  })
})
