/** The pure parts: who is a program, what is kept of an address, what lies within what is shared, when a link is over. */
import { describe, expect, test } from 'vitest'
import { depositedName, freeFolderName } from '../../../server/deposits/file-name.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { deliveryFolder, isTooLongFor } from '../../../server/shares/delivery.ts'
import { isWornOut, type Share, type ShareSurroundings, shareEndIn, type UploadShare } from '../../../server/shares/share.ts'
import { findSharePlace } from '../../../server/shares/share-place.ts'
import {
  dayChoices,
  presetDays,
  presetUploadBytes,
  shareRulesSchema,
  usualShareRules,
} from '../../../server/shares/share-rules.ts'
import { isShareToken, newShareToken } from '../../../server/shares/share-token.ts'
import { shortenedAddress, visitorOf } from '../../../server/shares/share-use.ts'
import { parseMessage, parseNote } from '../../../server/shares/share-words.ts'
import { gibText, gibTyped, numberTyped, passwordWanted } from '../../../server/shares/sharing-form.ts'
import type { VersionPath } from '../../../server/snapshots/version-path.ts'

const path = (text: string): VersionPath =>
  text
    .split('/')
    .filter(Boolean)
    .map((name) => Buffer.from(name))

describe('a program that shows a preview is told from a person', () => {
  const programs = [
    'WhatsApp/2.23.20.0 A',
    'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
    'TelegramBot (like TwitterBot)',
    'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
    'Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)',
    'LinkedInBot/1.0 (compatible; Mozilla/5.0)',
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5',
    'Mozilla/5.0 (compatible; bingbot/2.0)',
    'Mozilla/4.0 (compatible; ms-office; MSOffice 16)',
  ]
  test.each(programs)('%s', (userAgent) => expect(visitorOf({ address: '192.0.2.7', userAgent }).isBot).toBe(true))

  const people = [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1',
    'Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36',
    'Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Mobile/15E148 Twitter for iPhone/10.1',
    'Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Mobile/15E148 LinkedInApp/9.1',
    'curl/8.14.1',
    '',
  ]
  test.each(people)('not: %s', (userAgent) => expect(visitorOf({ address: '192.0.2.7', userAgent }).isBot).toBe(false))
})

test.each([
  ['203.0.113.77', '203.0.113.0/24'],
  ['2001:db8:5:1:aaaa:bbbb:cccc:dddd', '2001:db8:5::/48'],
  ['2001:db8::1', '2001:db8:0::/48'],
  ['::1', '0:0:0::/48'],
  ['unknown', 'unknown'],
])('of the address %s is kept %s', (address, kept) => expect(shortenedAddress(address)).toBe(kept))

describe('a place in an address', () => {
  const paths = [path('home/ann/plans'), path('x')]
  test.each([
    ['/0', 'home/ann/plans'],
    ['/0/a%20b', 'home/ann/plans/a b'],
    ['/1/', 'x'],
  ])('%s', (encoded, expected) => expect(findSharePlace({ paths }, encoded)?.path.join('/')).toBe(expected))
  test.each(['', '/', '0', '/2', '/00', '/0x', '/1000', '/-1', '/0/..', '/0/%2e%2e', '/0/a%2Fb', '/0/a//b', '/0/%00', '/0/%'])(
    'nothing: %s',
    (encoded) => expect(findSharePlace({ paths }, encoded)).toBeUndefined(),
  )
})

describe('the end of a link', () => {
  const share = {
    kind: 'download',
    expiresAt: 1000,
    revoked: undefined,
    downloads: 1,
    downloadsMax: 2,
  } as unknown as Share
  const taking = {
    ...share,
    kind: 'upload',
    receivedFiles: 1,
    filesMax: 2,
    receivedBytes: 5,
    bytesMax: 10,
    uploads: 1,
  } as unknown as Share
  const around: ShareSurroundings = { nowMs: 999, isThere: true, isServed: true, isPasswordNeeded: false }
  test.each<{ title: string; share: Partial<Share>; around?: Partial<ShareSurroundings>; end: string | undefined }>([
    { title: 'none yet', share: {}, end: undefined },
    { title: 'at its moment', share: {}, around: { nowMs: 1000 }, end: 'expired' },
    {
      title: 'withdrawn before all',
      share: { revoked: { at: 1, by: 'x' } },
      around: { nowMs: 2000, isThere: false },
      end: 'revoked',
    },
    { title: 'the last download', share: { downloads: 2 } as Partial<Share>, end: 'used-up' },
    { title: 'any number', share: { downloads: 9999, downloadsMax: undefined } as Partial<Share>, end: undefined },
    { title: 'its version', share: {}, around: { isThere: false, isServed: false }, end: 'gone' },
    { title: 'its customer', share: {}, around: { isServed: false }, end: 'paused' },
    {
      title: 'its version, whatever was begun with the last download',
      share: { downloads: 2 } as Partial<Share>,
      around: { isThere: false },
      end: 'gone',
    },
    {
      title: 'the last download, whoever is not served',
      share: { downloads: 2 } as Partial<Share>,
      around: { isServed: false },
      end: 'used-up',
    },
    { title: 'a password that it has not', share: {}, around: { isPasswordNeeded: true }, end: 'password-needed' },
    { title: 'none, with a password', share: { passwordHash: 'x' }, around: { isPasswordNeeded: true }, end: undefined },
  ])('$title', ({ share: more, around: changed, end }) =>
    expect(shareEndIn({ ...share, ...more } as Share, { ...around, ...changed })).toBe(end),
  )
  test.each([
    [{}, undefined],
    [{ receivedFiles: 2 }, 'used-up'],
    [{ receivedBytes: 10 }, 'used-up'],
    [{ uploads: 999 }, undefined],
    [{ uploads: 1000 }, 'used-up'],
  ])('of one that takes files: %j', (more, end) => expect(shareEndIn({ ...taking, ...more } as Share, around)).toBe(end))
})

test('a link is 256 random bits, and nothing else is taken for one', () => {
  const token = newShareToken(systemRandomness)
  expect(token).toMatch(/^[\w-]{43}$/)
  expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  expect(isShareToken(token)).toBe(true)
  for (const other of ['', token.slice(1), `${token}A`, `${token.slice(1)}.`, `${token.slice(1)}/`, `${token.slice(1)}\n`])
    expect(isShareToken(other), other).toBe(false)
})

test('what may be chosen is within what is allowed', () => {
  expect(dayChoices(usualShareRules)).toEqual([1, 3, 7, 14, 30, 90])
  expect(dayChoices({ ...usualShareRules, daysMax: 5 })).toEqual([1, 3, 5])
  expect(presetUploadBytes({ ...usualShareRules, uploadBytesMax: 7 })).toBe(7)
  // As boxes saved them before there was a limit of size.
  const { uploadBytesMax, ...before } = usualShareRules
  expect(shareRulesSchema.parse(before)).toEqual({ ...before, uploadBytesMax })
  expect([presetDays(usualShareRules), presetDays({ ...usualShareRules, daysMax: 5 })]).toEqual([7, 5])
})

describe('the password of a form that changes a link', () => {
  const wanted = (password: string, isNone: boolean) => passwordWanted({ password, 'no-password': isNone ? 'yes' : undefined })
  test('one that is typed is set; none typed leaves it', () => {
    expect(wanted('a new one here', false)).toBe('a new one here')
    expect(wanted('', false)).toBeUndefined()
    expect(wanted('', true)).toBe('')
  })
  test('typed, and none wanted: neither is guessed', () =>
    expect(() => wanted('a new one here', true)).toThrow(/Either type a new password/))
})

test('what people typed is read as they meant it, or refused', () => {
  expect(parseMessage('Dear Mr Okafor,\r\n\r\nhere. ')).toBe('Dear Mr Okafor,\n\nhere.')
  expect(parseMessage('  ')).toBeUndefined()
  expect(() => parseMessage('a\u202eb')).toThrow(/message/)
  expect(() => parseMessage('line\n'.repeat(30))).toThrow(/message/)
  expect(() => parseNote('a\nb')).toThrow(/note/)
  expect([numberTyped(''), numberTyped(' 12 '), numberTyped('1e3'), numberTyped('-1')]).toEqual([
    undefined,
    12,
    Number.NaN,
    Number.NaN,
  ])
  expect([gibText(1024 ** 4), gibText(2.5 * 1024 ** 3)]).toEqual(['1024', '2.5'])
  expect([gibTyped('0,5'), gibTyped('2'), gibTyped('two')]).toEqual([512 * 1024 ** 2, 2 * 1024 ** 3, Number.NaN])
})

test('a delivery lies under its minute and its sender, in the zone of its customer', () => {
  const at = { ms: Date.UTC(2026, 2, 29, 0, 59), timeZone: 'Europe/Berlin' }
  expect(deliveryFolder('Eve', at)).toBe('2026-03-29 01.59 Eve')
  expect(deliveryFolder('', { ...at, ms: at.ms + 60_000 })).toBe('2026-03-29 03.00')
})

test.each([
  ['Acme A/S', 'Acme A-S'],
  ['AC\\DC', 'AC-DC'],
  ['../../etc', '..-..-etc'],
  ['a/', 'a-'],
  ['C:', 'C%3A'],
  ['Mr Okafor', 'Mr Okafor'],
])('the folder of a delivery has the whole name of its sender: %s', (sender, kept) => {
  const folder = depositedName(deliveryFolder(sender, { ms: Date.UTC(2026, 2, 29), timeZone: 'UTC' }))
  expect(folder).toBe(`2026-03-29 00.00 ${kept}`)
})

test('a link costs at most twice what it may bring', () => {
  const share = { bytesMax: 10, receivedBytes: 3, lostBytes: 12 } as UploadShare
  expect([isWornOut(share, 5), isWornOut(share, 6)]).toEqual([false, true])
})

test('a body that cannot be within what is left is known by its length', () => {
  expect(isTooLongFor(1000 + 64 * 1024, { bytes: 1000, files: 0 })).toBe(false)
  expect(isTooLongFor(1001 + 64 * 1024, { bytes: 1000, files: 0 })).toBe(true)
})

test('a folder whose name is taken gets a number, at its end', () => {
  expect(freeFolderName('2026-03-14 18.02 Eve', [])).toBe('2026-03-14 18.02 Eve')
  expect(freeFolderName('2026-03-14 18.02 Eve', ['2026-03-14 18.02 EVE', '2026-03-14 18.02 Eve (2)'])).toBe(
    '2026-03-14 18.02 Eve (3)',
  )
})
