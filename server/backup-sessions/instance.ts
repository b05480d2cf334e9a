/**
 * Telling a cloned computer from a lost answer. Each commit gives the device a fresh value, which it stores before it reports success
 * and shows at its next session. Two computers that were copied from one disk show the same value; the second one is refused.
 */
import type { DeviceInstance } from '../devices/device.ts'
import type { Randomness } from '../runtime/randomness.ts'

const numberDigits = 12
const randomPartBytes = 16
const numbered = /^(\d{12})-[0-9a-f]{32}$/

/** `000000000007-…`: the number lets an agent with two jobs keep the newer of two answers that overtook each other. */
export function nextInstance(before: string | undefined, randomness: Randomness): string {
  const number = Number(numbered.exec(before ?? '')?.[1] ?? 0) + 1
  return `${String(number).padStart(numberDigits, '0')}-${randomness.bytes(randomPartBytes).toString('hex')}`
}

export type InstanceVerdict = 'newest' | 'previous' | 'first' | 'cloned'

/**
 * The newest value is good; so is the one before it while the newest was never shown and the machine's print is the same: then the
 * answer that carried the newest was lost. Where the box itself does not know the newest any more, the first value shown is.
 */
export function judgeInstance(shown: {
  readonly value: string | undefined
  readonly print: string
  readonly instance: DeviceInstance
  readonly knownPrint: string
}): InstanceVerdict {
  const { value, print, instance, knownPrint } = shown
  if (value === instance.newest) return 'newest'
  if (value !== undefined && instance.isAnyTaken === true) return 'first'
  const isLostAnswer = value !== undefined && value === instance.previous && !instance.isNewestShown && print === knownPrint
  return isLostAnswer ? 'previous' : 'cloned'
}
