// What a recovery kit says to programs: a few lines that are the same on every sheet (text, page, QR), so that the sheet itself is the
// key file. A file with nothing but the code in it does as well: somebody will have typed it from paper.
//
//   -----BEGIN HOLDFAST RECOVERY KIT-----
//   format: 1
//   opens: customer                       or server
//   repository: 32 hex digits             of a customer's kit;  box: box_… on the server's
//   code: XXXXC-XXXXC-…                   seven groups
//   code: XXXXC-XXXXC-…                   and six: no line is so long that a mail program would break it
//   -----END HOLDFAST RECOVERY KIT-----

import { formatRecoveryCode, parseRecoveryCode } from './recovery-code.ts'

export type RecoveryKitKey =
  | { readonly opens: 'customer'; readonly uid: Buffer; readonly secret: Buffer }
  | { readonly opens: 'server'; readonly boxId: string; readonly secret: Buffer }

export type ReadRecoveryKit =
  /** `opens` and what it names are unknown where only a code was found. */
  | { readonly kind: 'kit'; readonly opens: 'customer' | 'server' | undefined; readonly uid?: Buffer; readonly secret: Buffer }
  /** There is no code in this text; `isPdf` when it is the kit in the one form that programs do not read. */
  | { readonly kind: 'no-code'; readonly isPdf: boolean }
  | { readonly kind: 'wrong-length'; readonly symbols: number; readonly expected: number }
  | { readonly kind: 'wrong-group'; readonly group: number; readonly text: string }

/** Nothing that people are meant to give is longer. */
export const recoveryKitMaxBytes = 1024 * 1024

const groupsInFirstLine = 7
const begin = '-----BEGIN HOLDFAST RECOVERY KIT-----'
const end = '-----END HOLDFAST RECOVERY KIT-----'
const blockPattern = new RegExp(`${begin}([\\s\\S]{0,4096}?)${end}`)
/** Thirteen groups, wherever they stand on a sheet without the block. */
const codePattern =
  /(?<![0-9A-Za-z*~$=])(?:[0-9A-Za-z]{4}[0-9A-Za-z*~$=](?:-\s*|\s+)){12}[0-9A-Za-z]{4}[0-9A-Za-z*~$=](?![0-9A-Za-z*~$=])/

export function recoveryKitBlock(key: RecoveryKitKey): string {
  const names = key.opens === 'customer' ? `repository: ${key.uid.toString('hex')}` : `box: ${key.boxId}`
  const groups = formatRecoveryCode(key.secret).split('-')
  const codes = [groups.slice(0, groupsInFirstLine), groups.slice(groupsInFirstLine)].map((line) => `code: ${line.join('-')}`)
  return [begin, 'format: 1', `opens: ${key.opens}`, names, ...codes, end].join('\n')
}

/** Reads a kit out of the text of a file: the sheet as text or page, or the code alone. */
export function readRecoveryKit(text: string): ReadRecoveryKit {
  if (text.startsWith('%PDF')) return { kind: 'no-code', isPdf: true }
  const block = blockPattern.exec(text)?.[1]
  if (block !== undefined) return readBlock(block)
  const found = codePattern.exec(text)?.[0] ?? loneCode(text)
  return found === undefined ? { kind: 'no-code', isPdf: false } : readCode(found, {})
}

function readBlock(block: string): ReadRecoveryKit {
  const fields = [...block.matchAll(/^[ \t]*([a-z]+):[ \t]*(\S+)[ \t]*\r?$/gm)].map(([, name, value]) => [name, value!] as const)
  const fieldOf = (name: string) => fields.find(([found]) => found === name)?.[1]
  const code = fields.flatMap(([name, value]) => (name === 'code' ? [value] : [])).join('-')
  if (code === '') return { kind: 'no-code', isPdf: false }
  const opens = fieldOf('opens')
  const uid = fieldOf('repository')
  return readCode(code, {
    ...(opens === 'customer' || opens === 'server' ? { opens } : {}),
    ...(uid !== undefined && /^[0-9a-f]{32}$/.test(uid) ? { uid: Buffer.from(uid, 'hex') } : {}),
  })
}

function readCode(code: string, named: { readonly opens?: 'customer' | 'server'; readonly uid?: Buffer }): ReadRecoveryKit {
  const parsed = parseRecoveryCode(code)
  if (parsed.kind !== 'secret') return parsed
  return { kind: 'kit', opens: named.opens, ...(named.uid === undefined ? {} : { uid: named.uid }), secret: parsed.secret }
}

/** Half a code, and one with two blanks behind every sign. */
const loneCodeMin = 32
const loneCodeMax = 200

/** A short text of nothing but symbols is meant as a code, whatever is wrong with it. */
function loneCode(text: string): string | undefined {
  const trimmed = text.trim()
  return trimmed.length >= loneCodeMin && trimmed.length <= loneCodeMax && /^[0-9A-Za-z*~$=\s-]+$/.test(trimmed)
    ? trimmed
    : undefined
}
