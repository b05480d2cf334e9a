// A 256-bit secret as people can print, read aloud and type it: Crockford base32, 13 groups of four symbols, each followed by
// a check symbol (modulo 37, over the group's value and place), so a slip is named by its group.

const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const checkSymbols = `${symbols}*~$=U`
const groups = 13
const groupSymbols = 4
const secretBits = 256

export type ParsedRecoveryCode =
  | { readonly kind: 'secret'; readonly secret: Buffer }
  | { readonly kind: 'wrong-length'; readonly symbols: number; readonly expected: number }
  | { readonly kind: 'wrong-group'; readonly group: number; readonly text: string }

/** `XXXXC-XXXXC-…`: 13 groups. */
export function formatRecoveryCode(secret: Buffer): string {
  if (secret.length * 8 !== secretBits) throw new RangeError('a recovery secret has 32 bytes')
  const value = BigInt(`0x${secret.toString('hex')}`) << BigInt(groups * groupSymbols * 5 - secretBits)
  return Array.from({ length: groups }, (_, index) => {
    const number = Number((value >> BigInt((groups - 1 - index) * groupSymbols * 5)) & 0xfffffn)
    return groupText(number) + checkSymbol(number, index)
  }).join('-')
}

/** Accepts lower case, spaces, dashes, and O for 0, I and L for 1. Groups are numbered from 1. */
export function parseRecoveryCode(text: string): ParsedRecoveryCode {
  const typed = text.toUpperCase().replace(/[\s-]/g, '')
  const expected = groups * (groupSymbols + 1)
  if (typed.length !== expected) return { kind: 'wrong-length', symbols: typed.length, expected }
  let value = 0n
  for (let index = 0; index < groups; index++) {
    const group = typed.slice(index * (groupSymbols + 1), (index + 1) * (groupSymbols + 1))
    const number = groupNumber(group.slice(0, groupSymbols))
    if (number === undefined || checkSymbol(number, index) !== readable(group[groupSymbols]!)) {
      return { kind: 'wrong-group', group: index + 1, text: group }
    }
    value = (value << 20n) | BigInt(number)
  }
  const spareBits = BigInt(groups * groupSymbols * 5 - secretBits)
  if (value & ((1n << spareBits) - 1n)) return { kind: 'wrong-group', group: groups, text: typed.slice(-5) }
  return { kind: 'secret', secret: Buffer.from((value >> spareBits).toString(16).padStart(64, '0'), 'hex') }
}

function groupText(number: number): string {
  return Array.from({ length: groupSymbols }, (_, place) => symbols[(number >>> ((groupSymbols - 1 - place) * 5)) & 31]).join('')
}

function groupNumber(text: string): number | undefined {
  let number = 0
  for (const symbol of text) {
    const value = symbols.indexOf(readable(symbol))
    if (value < 0) return undefined
    number = number * 32 + value
  }
  return number
}

function checkSymbol(number: number, index: number): string {
  return checkSymbols[(number + index) % checkSymbols.length]!
}

function readable(symbol: string): string {
  if (symbol === 'O') return '0'
  return symbol === 'I' || symbol === 'L' ? '1' : symbol
}
