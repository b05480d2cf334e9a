// Buffers that start on a page, as reads and writes past the page cache want them (open(2), O_DIRECT).

type Ffi = typeof import('node:ffi')

/** What every disk and file system takes: offset, length and address of direct input and output are multiples of it. */
export const directBlockBytes = 4096

/** A fresh buffer on a block's edge; any place in memory where this Node cannot tell. */
export function alignedBuffer(sizeBytes: number): Buffer {
  const memory = Buffer.allocUnsafeSlow(sizeBytes + directBlockBytes)
  const address = addressOf(memory)
  const start = address === undefined ? 0 : -(address % blockBytes) & (directBlockBytes - 1)
  return memory.subarray(start, start + sizeBytes)
}

export function isAligned(bytes: Buffer): boolean {
  const address = addressOf(bytes)
  return address !== undefined && address % blockBytes === 0
}

const blockBytes = directBlockBytes

/** Exact enough as a number: user space ends below 2^53. */
function addressOf(bytes: Buffer): number | undefined {
  const ffi = process.getBuiltinModule('node:ffi') as Ffi | undefined
  return ffi && Number(ffi.getRawPointer(bytes))
}
