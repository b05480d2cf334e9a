import { expect } from 'vitest'
import { FormatError } from '../../engine/index.ts'

/** Runs a decoder on bytes that nobody promised anything about: it answers, or throws FormatError and nothing else. */
export function decodesOrRefuses<T>(decode: () => T): { readonly value: T } | undefined {
  try {
    return { value: decode() }
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

/** The fault with which a decoder refuses; fails when it does not. */
export function faultOf(decode: () => unknown): string {
  try {
    decode()
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError)
    return (error as FormatError).fault
  }
  expect.fail('was taken')
}

/** A copy with one bit changed. */
export function withBitFlipped(bytes: Buffer, bit: number): Buffer {
  const changed = Buffer.from(bytes)
  changed[bit >>> 3]! ^= 1 << (bit & 7)
  return changed
}
