import { FakeClock } from '@protoo-kit/protocol/testing'
import { beforeEach, expect, it } from 'vitest'
import { Presence } from './presence.js'

let clock: FakeClock
let told: string[]
let presence: Presence

beforeEach(() => {
  clock = new FakeClock()
  told = []
  const note = (sign: string) => (member: object) => told.push(sign + JSON.stringify(Object.values(member)))
  presence = new Presence(1000, { joined: note('+'), left: note('-') }, clock)
})

it('tells of a member that left when the grace is over, not before', () => {
  presence.joined({ id: 'ann', info: { n: 1 } })
  presence.left('ann')
  clock.advance(999)
  expect(told).toEqual(['+["ann",{"n":1}]'])
  expect(presence.members).toEqual([{ id: 'ann', info: { n: 1 } }])
  clock.advance(1)
  expect(told).toEqual(['+["ann",{"n":1}]', '-["ann",{"n":1}]'])
  expect(presence.members).toEqual([])
})

it('tells nothing of one that is back in time', () => {
  presence.joined({ id: 'ann', info: {} })
  presence.left('ann')
  clock.advance(999)
  presence.joined({ id: 'ann', info: {} })
  clock.advance(10_000)
  expect(told).toEqual(['+["ann",{}]'])
  expect(clock.pending).toBe(0)
})

it('does so each time anew', () => {
  presence.joined({ id: 'ann', info: {} })
  presence.left('ann')
  clock.advance(900)
  presence.joined({ id: 'ann', info: {} })
  presence.left('ann')
  // Said twice, it still counts from the first time.
  clock.advance(500)
  presence.left('ann')
  clock.advance(499)
  expect(told).toEqual(['+["ann",{}]'])
  clock.advance(1)
  expect(told).toEqual(['+["ann",{}]', '-["ann",{}]'])
})

it('tells of new info, and of the same once', () => {
  presence.joined({ id: 'ann', info: { n: 1 } })
  presence.joined({ id: 'ann', info: { n: 1 } })
  presence.joined({ id: 'ann', info: { n: 2 } })
  expect(told).toEqual(['+["ann",{"n":1}]', '+["ann",{"n":2}]'])
})

it('knows nothing of one that was never there', () => {
  presence.left('ann')
  expect(clock.pending).toBe(0)
})

it('ends with no timer left', () => {
  presence.joined({ id: 'ann', info: {} })
  presence.left('ann')
  presence.end()
  expect(clock.pending).toBe(0)
})
