import { expect, test } from 'vitest'
import { daysOf, demoCustomers } from '../../../server/demo/demo-story.ts'

test('a computer of working days was backed up on each of the month, and today whatever day it is', () => {
  const isWorkday = (daysAgo: number) => daysAgo % 7 > 1
  const days = daysOf({ days: 'workdays' }, isWorkday)
  expect(days.at(-1)).toBe(0)
  expect(days.slice(0, -1)).toEqual(Array.from({ length: 30 }, (_, index) => 29 - index).filter(isWorkday))
})

test('a computer of chosen days has those, whatever days they are', () => {
  expect(daysOf({ days: [9, 4] }, () => false)).toEqual([9, 4])
})

test('no computer fails on a day on which it was backed up', () => {
  const computers = demoCustomers.flatMap(({ computers }) => computers)
  expect(computers.length).toBeGreaterThan(0)
  for (const { days, failsOn = [] } of computers)
    expect(failsOn.filter((day) => daysOf({ days }, () => true).includes(day))).toEqual([])
})
