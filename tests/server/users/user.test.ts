import { describe, expect, test } from 'vitest'
import { networkOf } from '../../../server/users/network-of.ts'
import { findEmail } from '../../../server/users/user.ts'

describe('a mail address', () => {
  const good = [
    ['helen@office.example', 'helen@office.example'],
    [' Helen.Calder+box@Office.Example ', 'helen.calder+box@office.example'],
    ['büro@müller.example', 'büro@müller.example'],
    ['admin@localhost', 'admin@localhost'],
  ] as const
  test.each(good)('%j is found as %j', (text, folded) => {
    expect(findEmail(text)?.folded).toBe(folded)
  })

  const bad = [
    '',
    'helen',
    '@office.example',
    'helen@',
    'helen@@office.example',
    'a b@office.example',
    'helen@office.example\r\nBcc: all@office.example',
    'helen@office.example\0',
    '<helen@office.example>',
    'helen@office.example, eve@evil.example',
    `${'a'.repeat(65)}@office.example`,
    `a@${'b'.repeat(260)}.example`,
    'x'.repeat(1024 ** 2),
  ]
  test.each(bad)('%j is none', (text) => {
    expect(findEmail(text)).toBeUndefined()
  })
})

describe('the network of an address', () => {
  const table = [
    ['192.0.2.7', '192.0.2.7'],
    ['unknown', 'unknown'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ] as const
  test.each(table)('%s -> %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})
