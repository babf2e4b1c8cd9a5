/** When a connection is cut. */
export const STAGES = /** @type {const} */ ([
  'before the 101',
  'before the first frame',
  'during a replay',
  'delayed upgrade',
  'at any time',
])

/** How it is: what the ends see of it. */
export const WAYS = /** @type {const} */ ([
  'FIN',
  'RST',
  'half-open',
  'only client knows',
  'only server knows',
  'given up, arrives late',
])

/** @typedef {typeof STAGES[number]} Stage */
/** @typedef {typeof WAYS[number]} Way */
/** What one end sees of a cut. @typedef {'fin' | 'rst' | 'silence'} Ending */

/** @typedef {ReturnType<typeof makePlan>} Plan */

/**
 * What is going to happen to a connection, drawn in one go: so it does not depend on what happens meanwhile.
 *
 * @param {import('./random.mjs').Random} random
 */
export function makePlan(random) {
  const stage = random.pick(
    /** @type {[number, Stage][]} */ ([
      [14, 'before the 101'],
      [14, 'before the first frame'],
      [24, 'during a replay'],
      [14, 'delayed upgrade'],
      [34, 'at any time'],
    ]),
  )
  const [near, far] = random.pick(
    /** @type {[number, [Ending, Ending]][]} */ ([
      [34, ['fin', 'fin']],
      [34, ['rst', 'rst']],
      [12, ['silence', 'silence']],
      [5, ['fin', 'silence']],
      [5, ['rst', 'silence']],
      [5, ['silence', 'fin']],
      [5, ['silence', 'rst']],
    ]),
  )
  return {
    stage,
    near,
    far,
    manner: {
      delay: random.chance(0.3) ? random.between(1, 20) : 0,
      split: random.chance(0.3) ? random.between(100, 2000) : 0,
    },
    /** Before the 101: whether the server gets to see the upgrade. */
    reaches: random.chance(0.6),
    /** Of a replay that goes both ways: which one is cut. */
    direction: /** @type {Direction} */ (random.chance(0.5) ? 'toClient' : 'toServer'),
    /** How much of what there is gets through: of a replay's messages, and of the bytes of the frame where it is cut. */
    share: random.fraction(),
    partial: random.chance(0.5) ? random.fraction() : 0,
    /** ms from the first frame to a cut at any time. */
    lifetime: random.between(0, 200),
    /** ms from when nothing gets through to the cut. A longer one leaves more to be replayed. */
    agony: random.between(1, 15),
    /** At any time: so many messages get lost with the connection, unless there are too few. */
    loss: random.between(2, 40),
    /** Whether what goes the other way still gets through for so long. */
    oneWay: random.chance(0.3),
    /** Where an end is left in silence: whether what was on its way arrives still, when there is a newer connection. */
    haunts: random.chance(0.7),
    /** ms from when a newer connection is established to when what comes too late arrives. */
    lateness: random.between(0, 60),
  }
}

/** @typedef {'toClient' | 'toServer'} Direction */

/**
 * @param {Plan} plan
 * @returns {Way}
 */
export function wayOf({ near, far }) {
  if (near === far) return near === 'fin' ? 'FIN' : near === 'rst' ? 'RST' : 'half-open'
  return near === 'silence' ? 'only server knows' : 'only client knows'
}
