/**
 * What Redis does in one step. They are sent as they are (EVAL), some hundred bytes each: so there is no moment, after a
 * restart or a failover, when Redis does not know one, and messages cannot overtake each other while it is told.
 */

/**
 * KEYS: stream, numbers. ARGV: entry, channel, id before which entries are dropped, ms that both live without a message (or
 * empty), node, number. One that is there already, sent again after its answer was lost, is not taken a second time.
 */
export const PUBLISH = `
if redis.call('ZADD', KEYS[2], 'GT', 'CH', ARGV[6], ARGV[5]) == 0 then return 0 end
local id = redis.call('XADD', KEYS[1], 'MINID', '~', ARGV[3], '*', 'e', ARGV[1])
if ARGV[4] ~= '' then
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
end
redis.call('SPUBLISH', ARGV[2], id .. ' ' .. ARGV[1])
return 1`

/**
 * KEYS: members, stream, sessions, orphans. ARGV: peer id, record, the record that may be overwritten (or empty), channel, id before which
 * entries are dropped, ms that all live; the peer's session (or empty), the one that it had before, where it stood in that, most entries,
 * the entry since which it is sent what is said in the room (or empty, if that is not known).
 * Returns who has it, if it is another; an empty text if it is the caller now. Then also whether that session was the
 * peer's, whether its place is known, the entries after it (and since it came), and the id of the join.
 *
 * With each session is kept since which entry its peer is sent what is said: it is told nothing of before. If that is not known it is the join, marked
 * with `!`: the peer may have had entries of before it, and missed others.
 */
export const CLAIM = `
local owner = redis.call('HGET', KEYS[1], ARGV[1])
if owner and owner ~= ARGV[2] and owner ~= ARGV[3] then return {owner} end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', '(' .. string.match(ARGV[5], '%d+'), 'LIMIT', 0, 20)) do
  redis.call('ZREM', KEYS[4], id)
  redis.call('HDEL', KEYS[3], id)
end
local since, proven, known, entries = '', 0, 0, {}
local key, again, came = string.match(redis.call('HGET', KEYS[3], ARGV[1]) or '', '^(%S+) (!?)(%S+)$')
if key and key == ARGV[8] then
  proven = 1
  since = again .. came
  local place = ARGV[9]
  local function numbers(id) local ms, n = string.match(id, '(%d+)-(%d+)') return tonumber(ms), tonumber(n) end
  local ms, n = numbers(place)
  local cameMs, cameN = numbers(came)
  local early = cameMs > ms or (cameMs == ms and cameN > n)
  if early then place = came end
  if again == '' or not early then known = #redis.call('XRANGE', KEYS[2], place, place) end
  if known == 1 then entries = redis.call('XRANGE', KEYS[2], '(' .. place, '+', 'COUNT', ARGV[10]) end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
local entry = 'j' .. ARGV[2] .. '\\n' .. ARGV[1]
local id = redis.call('XADD', KEYS[2], 'MINID', '~', ARGV[5], '*', 'e', entry)
redis.call('PEXPIRE', KEYS[2], ARGV[6])
redis.call('ZREM', KEYS[4], ARGV[1])
if ARGV[7] == '' then redis.call('HDEL', KEYS[3], ARGV[1])
else
  if since == '' then since = ARGV[11] ~= '' and ARGV[11] or '!' .. id end
  redis.call('HSET', KEYS[3], ARGV[1], ARGV[7] .. ' ' .. since)
  redis.call('PEXPIRE', KEYS[3], ARGV[6])
end
redis.call('SPUBLISH', ARGV[4], id .. ' ' .. entry)
return {'', proven, known, entries, id}`

/**
 * KEYS: members, stream. ARGV: as CLAIM, but the record must be there; and where the peer stands, most entries. Returns who has it, if it is
 * another or nobody; or an empty text, whether that place is known, the entries after it, and the id of the join.
 */
export const TAKE = `
local owner = redis.call('HGET', KEYS[1], ARGV[1])
if owner ~= ARGV[2] and owner ~= ARGV[3] then return {owner or 'nobody'} end
local known = 1
if ARGV[7] ~= '0-0' then known = #redis.call('XRANGE', KEYS[2], ARGV[7], ARGV[7]) end
local entries = {}
if known == 1 then entries = redis.call('XRANGE', KEYS[2], '(' .. ARGV[7], '+', 'COUNT', ARGV[8]) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
local entry = 'j' .. ARGV[2] .. '\\n' .. ARGV[1]
local id = redis.call('XADD', KEYS[2], 'MINID', '~', ARGV[5], '*', 'e', entry)
redis.call('PEXPIRE', KEYS[2], ARGV[6])
redis.call('SPUBLISH', ARGV[4], id .. ' ' .. entry)
return {'', known, entries, id}`

/**
 * KEYS: members, stream, sessions, orphans. ARGV: peer id, record, channel, ms now if its session is to be known for a while (or empty).
 * Does nothing if it is another's by now.
 */
export const RELEASE = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
if ARGV[4] == '' then redis.call('HDEL', KEYS[3], ARGV[1])
else redis.call('ZADD', KEYS[4], ARGV[4], ARGV[1]) end
local entry = 'l' .. ARGV[2] .. '\\n' .. ARGV[1]
local id = redis.call('XADD', KEYS[2], '*', 'e', entry)
redis.call('SPUBLISH', ARGV[3], id .. ' ' .. entry)
return 1`

/**
 * KEYS: members, stream, numbers, orphans. ARGV: a node that is dead, channel, ms now, ms that the last lives, number below which a node's last one
 * is dropped. Takes all out that it had. Its own number stays: it may only have been cut off, and send again what has not been answered.
 */
export const BURY = `
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[5])
local all = redis.call('HGETALL', KEYS[1])
local head = ARGV[1] .. ' '
for i = 1, #all, 2 do
  if string.sub(all[i + 1], 1, #head) == head then
    redis.call('HDEL', KEYS[1], all[i])
    redis.call('ZADD', KEYS[4], ARGV[3], all[i])
    redis.call('PEXPIRE', KEYS[4], ARGV[4])
    local entry = 'l' .. all[i + 1] .. '\\n' .. all[i]
    local id = redis.call('XADD', KEYS[2], '*', 'e', entry)
    redis.call('SPUBLISH', ARGV[2], id .. ' ' .. entry)
  end
end
return 1`

/**
 * KEYS: members, stream. ARGV: where the reader is (or empty, for the end), most entries.
 * Returns whether that place is known, the entries after it, the last entry's id, and the members.
 */
export const READ = `
local tail = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)
local last = tail[1] and tail[1][1] or '0-0'
local known, entries = 1, {}
if ARGV[1] ~= '' then
  if ARGV[1] ~= '0-0' then known = #redis.call('XRANGE', KEYS[2], ARGV[1], ARGV[1]) end
  entries = redis.call('XRANGE', KEYS[2], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
end
return {known, entries, last, redis.call('HGETALL', KEYS[1])}`

/** KEYS: node. ARGV: run id of this Redis, ms, whether it may be a new one. Returns whether the node is (still) there. */
export const RENEW = `
if ARGV[3] == '' and redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`
