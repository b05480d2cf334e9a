import { expect, test } from 'vitest'
import { createSlots } from '../../../server/restores/slots.ts'

test('no more than there are, and one that is given back is there for the next', () => {
  const slots = createSlots(2)
  const first = slots.take()
  expect([first, slots.take(), slots.take()]).toEqual([expect.anything(), expect.anything(), undefined])
  first?.[Symbol.dispose]()
  first?.[Symbol.dispose]()
  expect([slots.take(), slots.take()]).toEqual([expect.anything(), undefined])
})

test('of each kind of key so many, and of all together no more', () => {
  const slots = createSlots(4, { perKey: { link: 3, network: 2 } })
  const take = (link: string, network: string) => slots.take({ link, network })
  const taken = [take('a', 'home'), take('a', 'home')]
  expect(taken).not.toContain(undefined)
  // The network has its two; what is refused takes nothing of the link.
  expect(take('a', 'home')).toBeUndefined()
  expect(take('b', 'home')).toBeUndefined()
  // A key of one kind is not one of the other.
  const third = take('a', 'a')
  expect(third).toBeDefined()
  expect(take('a', 'office')).toBeUndefined()
  expect(take('b', 'office')).toBeDefined()
  expect(take('c', 'elsewhere')).toBeUndefined()
  taken[0]?.[Symbol.dispose]()
  expect(take('c', 'home')).toBeDefined()
})
