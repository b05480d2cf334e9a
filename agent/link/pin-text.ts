/**
 * A fingerprint as people and boxes write it: base64 (`sha256/` in front or not), or hex with or without colons. Gives base64.
 * @throws RangeError with a sentence for people
 */
export function parsePinText(text: string): string {
  const bare = text.trim().replace(/^sha-?256[/:=]/i, '')
  const hex = bare.replaceAll(':', '')
  if (/^[0-9a-fA-F]{64}$/.test(hex)) return Buffer.from(hex, 'hex').toString('base64')
  const bytes = Buffer.from(bare, 'base64')
  if (/^[A-Za-z0-9+/]{43}=?$/.test(bare) && bytes.length === 32) return bytes.toString('base64')
  throw new RangeError(`"${text}" is no fingerprint; it is the 44 characters that the box shows, or 64 hex digits`)
}
