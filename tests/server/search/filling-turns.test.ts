import { expect, test } from 'vitest'
import { FillingTurns } from '../../../server/search/filling-turns.ts'

test('several at a time, one alone, in the order in which they came', async () => {
  const turns = new FillingTurns()
  const log: string[] = []
  const ends = new Map<string, () => void>()
  const begin = (name: string, how: 'together' | 'alone') =>
    turns[how](async () => {
      log.push(name)
      const { promise, resolve } = Promise.withResolvers<void>()
      ends.set(name, resolve)
      await promise
    })
  const end = async (name: string, whose: Promise<void>) => {
    ends.get(name)!()
    await whose
  }
  const [a, b, c, d, e] = [
    begin('a', 'together'),
    begin('b', 'together'),
    begin('c alone', 'alone'),
    begin('d', 'together'),
    begin('e', 'together'),
  ]
  await expect.poll(() => log).toEqual(['a', 'b'])
  await end('a', a)
  expect(log).toEqual(['a', 'b'])
  await end('b', b)
  await expect.poll(() => log).toEqual(['a', 'b', 'c alone'])
  await end('c alone', c)
  await expect.poll(() => log).toEqual(['a', 'b', 'c alone', 'd', 'e'])
  await Promise.all([end('d', d), end('e', e)])
})

test('work that fails ends its turn', async () => {
  const turns = new FillingTurns()
  await expect(turns.alone(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await turns.alone(() => Promise.resolve('next'))).toBe('next')
})
