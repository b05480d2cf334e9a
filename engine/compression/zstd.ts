// Zstandard as records use it. What will not shrink is found by looking at a sample first: compressing is a third of a
// backup's CPU time, and most of an office's bytes (pictures, PDF, office files) are compressed already.

import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { FormatError } from '../model/errors.ts'
import { rawRecordMaxBytes } from '../model/limits.ts'

export const compressionLevels = { fast: 1, default: 2, max: 9 } as const
export type Compression = keyof typeof compressionLevels

const sampleBytes = 4096
/** One for each so many bytes, the first in the middle. */
const bytesPerSample = 128 * 1024
const maxSamples = 8
/** A sample with more entropy than this (bits per byte) is taken as not compressible. 4,096 random bytes show about 7.95. */
const incompressibleBits = 7.85
const tinyBytes = 64
/** Room beyond the raw size, so that the output always fits its first buffer and no second one is made. */
const outputSlackBytes = 1024

/** The compressed bytes, or undefined when storing them as they are is no larger. */
export function compress(raw: Buffer, compression: Compression): Buffer | undefined {
  if (raw.length < tinyBytes || looksIncompressible(raw)) return undefined
  const packed = zstdCompressSync(raw, {
    chunkSize: raw.length + outputSlackBytes,
    params: { [constants.ZSTD_c_compressionLevel]: compressionLevels[compression], [constants.ZSTD_c_contentSizeFlag]: 0 },
  })
  return packed.length < raw.length ? packed : undefined
}

/** 8 MiB, the most a record holds: a frame that wants a larger window to be decoded was not written by format 1. */
const windowLogMax = Math.log2(rawRecordMaxBytes)

/** Exactly `rawLength` bytes, or `record-damaged`; allocates little more than that. */
export function decompress(packed: Uint8Array, rawLength: number): Buffer {
  let raw: Buffer
  try {
    raw = zstdDecompressSync(packed, {
      chunkSize: rawLength + outputSlackBytes,
      maxOutputLength: Math.max(1, rawLength),
      params: { [constants.ZSTD_d_windowLogMax]: windowLogMax },
    })
  } catch (cause) {
    throw new FormatError('record-damaged', 'a record does not decompress', { cause })
  }
  if (raw.length !== rawLength)
    throw new FormatError('record-damaged', `a record decompresses to ${raw.length} bytes instead of ${rawLength}`)
  return raw
}

const histogram = new Uint16Array(256)

/** In all of its samples: disk images and mailboxes mix what shrinks with what does not, and one look in the middle took many for pictures. */
function looksIncompressible(raw: Buffer): boolean {
  if (raw.length < sampleBytes) return false
  const samples = Math.min(maxSamples, 1 + Math.floor(raw.length / bytesPerSample))
  const room = raw.length - sampleBytes
  for (let sample = 0; sample < samples; sample++) {
    const start = Math.floor((room * (2 * sample + 1)) / (2 * samples))
    if (!isSampleIncompressible(raw, start)) return false
  }
  return true
}

function isSampleIncompressible(raw: Buffer, start: number): boolean {
  histogram.fill(0)
  for (let at = start; at < start + sampleBytes; at++) histogram[raw[at]!]!++
  let bits = 0
  for (let value = 0; value < 256; value++) {
    const count = histogram[value]!
    if (count > 0) bits -= count * Math.log2(count / sampleBytes)
  }
  return bits / sampleBytes > incompressibleBits
}
