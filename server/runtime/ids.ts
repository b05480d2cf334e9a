import type { Randomness } from './randomness.ts'

export const idPrefixes = [
  'cus',
  'usr',
  'dev',
  'sub',
  'pln',
  'run',
  'snap',
  'tok',
  'ses',
  'bks',
  'box',
  'cpy',
  'ltr',
  'whk',
  'ord',
  'skp',
  'chg',
  'ple',
  'inv',
  'bgl',
  'enr',
  'ask',
  'shr',
  'drl',
  'rst',
] as const
export type IdPrefix = (typeof idPrefixes)[number]

declare const checked: unique symbol
/** An opaque id: the prefix of its noun, `_`, 20 base32 characters (100 bits). Made by `newId` or checked by `parseId`. */
export type Id<Prefix extends IdPrefix> = `${Prefix}_${string}` & { readonly [checked]: Prefix }

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
const idCharacters = 20
const bodyPattern = /^[a-z2-7]{20}$/

export function newId<Prefix extends IdPrefix>(prefix: Prefix, randomness: Randomness): Id<Prefix> {
  let body = ''
  // 256 is a multiple of 32, so the low five bits of a random byte are a fair choice.
  for (const byte of randomness.bytes(idCharacters)) body += alphabet[byte & 31]
  return `${prefix}_${body}` as Id<Prefix>
}

export function isId<Prefix extends IdPrefix>(prefix: Prefix, text: string): text is Id<Prefix> {
  return text.startsWith(`${prefix}_`) && bodyPattern.test(text.slice(prefix.length + 1))
}

/** Throws a RangeError for anything but an id of this noun. */
export function parseId<Prefix extends IdPrefix>(prefix: Prefix, text: string): Id<Prefix> {
  if (isId(prefix, text)) return text
  throw new RangeError(`not an id of the kind ${prefix}_…: ${JSON.stringify(text.slice(0, 64))}`)
}
