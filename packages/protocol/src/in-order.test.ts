import { expect, it, vi } from 'vitest'
import { InOrder } from './in-order.js'

const settled = () => new Promise((resolve) => setImmediate(resolve))

function deferred<T>() {
  let resolve: (value: T) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<T>((done, fail) => {
    resolve = done
    reject = fail
  })
  return { promise, resolve, reject }
}

it('hands on at once what takes no time', () => {
  const seen: unknown[] = []
  const order = new InOrder()
  order.run(
    () => 1,
    (data) => seen.push(data),
    () => {},
  )
  order.run(
    () => 2,
    (data) => seen.push(data),
    () => {},
  )
  expect(seen).toEqual([1, 2])
})

it('keeps the order when a check takes its time, and goes on after one that fails', async () => {
  const seen: unknown[] = []
  const order = new InOrder()
  const [first, second] = [deferred<number>(), deferred<number>()]
  const failed = (error: unknown) => seen.push(error)
  order.run(
    () => first.promise,
    (data) => seen.push(data),
    failed,
  )
  order.run(
    () => second.promise,
    (data) => seen.push(data),
    failed,
  )
  order.run(
    () => 3,
    (data) => seen.push(data),
    failed,
  )
  second.reject('second failed')
  await settled()
  expect(seen).toEqual([])
  first.resolve(1)
  await settled()
  expect(seen).toEqual([1, 'second failed', 3])
  order.run(
    () => 4,
    (data) => seen.push(data),
    failed,
  )
  expect(seen).toEqual([1, 'second failed', 3, 4])
})

it('answers with what the handler gives, and rejects with what it throws', async () => {
  const order = new InOrder()
  const accept = vi.fn()
  await order.answer(
    () => 2,
    async (data) => Number(data) * 2,
    accept,
  )
  expect(accept).toHaveBeenCalledExactlyOnceWith(4)
  const failing = () => {
    throw new Error('BOOM')
  }
  await expect(order.answer(() => 1, failing, accept)).rejects.toThrow('BOOM')
  await expect(order.answer(failing, () => 1, accept)).rejects.toThrow('BOOM')
})

it('lets no more than a thousand messages wait', async () => {
  const order = new InOrder()
  const gate = deferred<number>()
  const next = vi.fn()
  const refused: unknown[] = []
  for (let n = 0; n < 1003; n++)
    order.run(
      () => gate.promise,
      next,
      (error) => refused.push(error),
    )
  expect(refused).toHaveLength(3)
  expect(refused[0]).toMatchObject({ code: 503 })
  gate.resolve(1)
  await settled()
  expect(next).toHaveBeenCalledTimes(1000)
  order.run(
    () => 1,
    next,
    () => {},
  )
  expect(next).toHaveBeenCalledTimes(1001)
})
