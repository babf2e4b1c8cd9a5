/**
 * What several nodes know of a room in common, in Redis: a list of messages, a sorted set of those that are recognised, and
 * a hash of people. They are gone when no node has had anybody in the room for a while.
 *
 * @import { RedisClientType } from '@redis/client'
 * @import { Backplane, RoomOptions } from '@protoo-kit/server-lite'
 * @import { Message, Presence } from './shared/contract.js'
 * @import { Memory, Person } from './memory.js'
 */
import { randomUUID } from 'node:crypto'
import { HISTORY_LENGTH, keyOf, RECOGNISED } from './room-memory.js'

/**
 * KEYS: recognised, history. ARGV: the message's key, the message, ms that both live. One script gives each message its place, so all
 * nodes agree on it.
 */
const TAKE = `
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
if known then return known end
local time = redis.call('TIME')
local at = time[1] * 1000 + math.floor(time[2] / 1000)
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if last[2] then at = math.max(at, last[2] + 1) end
at = string.format('%d', at)
redis.call('ZADD', KEYS[1], at, ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, ${-RECOGNISED - 1})
redis.call('RPUSH', KEYS[2], at .. ' ' .. ARGV[2])
redis.call('LTRIM', KEYS[2], ${-HISTORY_LENGTH}, -1)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return at`

/** KEYS: people. ARGV: peer id, what is to be there now, what is to be there then (empty: nothing), ms that it lives. */
const EXCHANGE = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1])
else redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`

/** ms. Long enough for whoever was on a node that was killed: who leaves by themselves is told at once. */
const GRACE = 15_000

/** What the nodes of a chat have in common. @typedef {{ backplane: Backplane, redis: RedisClientType }} Shared */

/** @implements {Memory} */
export class SharedRoomMemory {
  /** @type {RoomOptions} */
  roomOptions
  /**
   * What this node wrote of people, by peer id. It changes that and nothing else: somebody who has come to another node
   * meanwhile is that one's.
   * @type {Map<string, string>}
   */
  #own = new Map()
  #redis
  #keys
  #ttl
  #timer

  /**
   * @param {string} roomId
   * @param {Shared} shared
   * @param {number} forgetAfter ms
   */
  constructor(roomId, { backplane, redis }, forgetAfter) {
    this.roomOptions = { id: roomId, backplane, onDuplicate: 'replace', grace: GRACE }
    this.#redis = redis
    const room = `chat:{${encodeURIComponent(roomId)}}`
    this.#keys = { recognised: `${room}:recognised`, history: `${room}:history`, people: `${room}:people` }
    this.#ttl = String(forgetAfter)
    this.#timer = setInterval(() => void this.#keep().catch(() => {}), forgetAfter / 3).unref()
  }

  /** @param {Omit<Message, 'at'>} message */
  async take(message) {
    const { recognised, history } = this.#keys
    const args = [keyOf(message), JSON.stringify(message), this.#ttl]
    const at = Number(await this.#redis.sendCommand(['EVAL', TAKE, '2', recognised, history, ...args]))
    // The node that took it the first time may have died before it said so; pages know it by its id.
    return { at, told: false }
  }

  async history() {
    const entries = await this.#redis.lRange(this.#keys.history, 0, -1)
    return entries.map((entry) => {
      const space = entry.indexOf(' ')
      return /** @type {Message} */ ({
        ...JSON.parse(entry.slice(space + 1)),
        at: Number(entry.slice(0, space)),
      })
    })
  }

  /** @returns {Promise<Map<string, Person>>} */
  async people() {
    const records = Object.entries(await this.#redis.hGetAll(this.#keys.people))
    return new Map(records.map(([peerId, record]) => [peerId, personOf(record)]))
  }

  /**
   * @param {string} peerId
   * @param {string} name
   */
  async enter(peerId, name) {
    const record = recordOf({ name, presence: 'here' })
    this.#own.set(peerId, record)
    const { people } = this.#keys
    await this.#redis.multi().hSet(people, peerId, record).pExpire(people, Number(this.#ttl)).exec()
  }

  /**
   * @param {string} peerId
   * @param {Presence} presence
   */
  async change(peerId, presence) {
    const before = this.#own.get(peerId)
    if (before === undefined) return
    const record = recordOf({ ...personOf(before), presence })
    this.#own.set(peerId, record)
    await this.#exchange(peerId, before, record)
  }

  /** @param {string} peerId */
  async recognise(peerId) {
    const before = await this.#redis.hGet(this.#keys.people, peerId)
    if (!before) return undefined
    const person = personOf(before)
    await this.enter(peerId, person.name)
    return person
  }

  /**
   * @param {string} peerId
   * @param {boolean} left
   */
  async release(peerId, left) {
    const before = this.#own.get(peerId)
    this.#own.delete(peerId)
    if (left && before !== undefined) await this.#exchange(peerId, before, '')
  }

  /**
   * @param {string} peerId
   * @param {() => Promise<boolean>} isHere
   */
  async forget(peerId, isHere) {
    const before = await this.#redis.hGet(this.#keys.people, peerId)
    if (before && !(await isHere())) await this.#exchange(peerId, before, '')
  }

  stop() {
    clearInterval(this.#timer)
  }

  async clear() {
    await this.#redis.del(Object.values(this.#keys))
  }

  /**
   * @param {string} peerId
   * @param {string} before
   * @param {string} after
   */
  async #exchange(peerId, before, after) {
    const args = [this.#keys.people, peerId, before, after, this.#ttl]
    await this.#redis.sendCommand(['EVAL', EXCHANGE, '1', ...args])
  }

  /** While this node has the room it is remembered. */
  async #keep() {
    const keys = Object.values(this.#keys)
    await Promise.all(keys.map((key) => this.#redis.pExpire(key, Number(this.#ttl))))
  }
}

/** No two are the same. @param {Person} person */
function recordOf(person) {
  return JSON.stringify({ ...person, record: randomUUID() })
}

/**
 * @param {string} record
 * @returns {Person}
 */
function personOf(record) {
  const { name, presence } = JSON.parse(record)
  return { name, presence }
}
