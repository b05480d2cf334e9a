import { describe, expect, test } from 'vitest'
import { AgentError } from '../../../agent/errors/agent-error.ts'
import { AnswerReader } from '../../../agent/link/answer-reader.ts'
import { isLoopback, parseBoxAddress } from '../../../agent/link/box-address.ts'
import { findEnrolmentLink } from '../../../agent/link/enrolment-link.ts'
import { parsePinText } from '../../../agent/link/pin-text.ts'

describe('addresses', () => {
  test.each([
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080', '127.0.0.1', 8080, false, true],
    ['https://Box.Example/', 'https://box.example', 'box.example', 443, true, false],
    ['http://localhost', 'http://localhost', 'localhost', 80, false, true],
    ['http://box.localhost:1', 'http://box.localhost:1', 'box.localhost', 1, false, true],
    ['http://[::1]:8080', 'http://[::1]:8080', '::1', 8080, false, true],
    ['http://127.1.2.3', 'http://127.1.2.3', '127.1.2.3', 80, false, true],
    ['http://2130706433', 'http://127.0.0.1', '127.0.0.1', 80, false, true],
    ['http://[fe80::1]', 'http://[fe80::1]', 'fe80::1', 80, false, false],
    ['http://127.0.0.1.example', 'http://127.0.0.1.example', '127.0.0.1.example', 80, false, false],
    ['http://localhost.example', 'http://localhost.example', 'localhost.example', 80, false, false],
    ['http://0.0.0.0', 'http://0.0.0.0', '0.0.0.0', 80, false, false],
  ])('%s', (text, url, host, port, isSecure, isHere) => {
    const address = parseBoxAddress(text)
    expect(address).toEqual({ url, host, port, isSecure })
    expect(isLoopback(address)).toBe(isHere)
  })

  test.each([
    '',
    'box',
    'box:8080',
    'ftp://box',
    'https://',
    'https://a@box',
    'https://a:b@box',
    'https://box/path',
    'https://box/?q',
    'https://box/#x',
    'https://bo x',
  ])('%j is none', (text) => {
    expect(() => parseBoxAddress(text)).toThrow(RangeError)
  })
})

describe('fingerprints', () => {
  const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7))
  const hex = bytes.toString('hex')
  const base64 = bytes.toString('base64')
  test.each([
    base64,
    base64.slice(0, -1),
    ` ${base64}\n`,
    `sha256/${base64}`,
    `SHA256:${base64}`,
    hex,
    hex.toUpperCase(),
    hex.match(/../g)!.join(':'),
    `sha256:${hex}`,
  ])('%s', (text) => {
    expect(parsePinText(text)).toBe(base64)
  })

  test.each(['', 'abc', hex.slice(2), `${base64}=`, 'x'.repeat(44), base64.replace(/./, '*')])('%j is none', (text) => {
    expect(() => parsePinText(text)).toThrow(RangeError)
  })
})

describe('answers', () => {
  const answer = new AnswerReader(
    {
      text: 'a',
      number: 1,
      flag: true,
      time: '2026-03-14T12:00:00Z',
      none: null,
      list: [{ a: 'x' }, { a: 1 }],
      object: { b: 'c' },
    },
    'sample',
  )

  test('give what they hold', () => {
    expect(answer.text('text')).toBe('a')
    expect(answer.optionalText('none')).toBeUndefined()
    expect(answer.optionalText('absent')).toBeUndefined()
    expect(answer.time('time')).toBe(Date.UTC(2026, 2, 14, 12))
    expect(answer.object('object').text('b')).toBe('c')
    expect(answer.oneOf('text', ['a', 'b'])).toBe('a')
  })

  test.each([
    { title: 'a missing text', read: () => answer.text('absent'), says: 'text at sample.absent' },
    { title: 'a text that is a number', read: () => answer.text('number'), says: 'text at sample.number' },
    { title: 'an optional text that is a number', read: () => answer.optionalText('number'), says: 'sample.number' },
    { title: 'a number that is text', read: () => answer.number('text'), says: 'a number at sample.text' },
    { title: 'a flag that is none', read: () => answer.flag('text'), says: 'true or false' },
    { title: 'a time that is none', read: () => answer.time('text'), says: 'a time at sample.text' },
    { title: 'a word beside the known ones', read: () => answer.oneOf('text', ['b']), says: 'one of b' },
    { title: 'a list that is none', read: () => answer.list('object', () => 1), says: 'a list at sample.object' },
    {
      title: 'an item that is wrong',
      read: () => answer.list('list', (item) => item.text('a')),
      says: 'text at sample.list[1].a',
    },
    { title: 'no object at all', read: () => new AnswerReader([], 'x'), says: 'an object at x' },
  ])('$title is said with its place', ({ read, says }) => {
    expect(read).toThrow(expect.objectContaining({ code: 'HF-ANSWER-UNEXPECTED', message: expect.stringContaining(says) }))
  })
})

describe('enrolment links', () => {
  const secret = `hfe_${'k3q7'.repeat(13)}`
  const pin = Buffer.alloc(32, 0xfb)
  test('hold the box, the secret and the pin', () => {
    const link = findEnrolmentLink(`https://box.example:8443/enrol#${secret}.${pin.toString('base64url')}`)
    expect(link).toMatchObject({ address: { url: 'https://box.example:8443' }, secret, pin: pin.toString('base64') })
    expect(findEnrolmentLink(`http://127.0.0.1:8080/enrol#${secret}`)).toMatchObject({ secret, pin: undefined })
  })

  test.each(['https://box.example:8443', 'http://127.0.0.1:8080/', 'box'])('%s is an address', (text) => {
    expect(findEnrolmentLink(text)).toBeUndefined()
  })

  test.each([
    'https://box/enrol',
    'https://box/enrol#',
    `https://box/enrol?x#${secret}`,
    `https://box/other#${secret}`,
    `https://box/#${secret}`,
    `https://box/enrol#${secret.slice(0, 12)}`,
    `https://box/enrol#${secret}.short`,
    `https://box/enrol#${secret.toUpperCase()}`,
  ])('%s is none, and is not repeated', (text) => {
    expect(() => findEnrolmentLink(text)).toThrow(AgentError)
    expect(() => findEnrolmentLink(text)).not.toThrow(secret)
  })
})
