import { alignedBuffer } from '../../engine/index.ts'

/** Large buffers that are used again: fresh ones cost a page fault for each 4 KiB, and the garbage collector counts every byte of them. */
export interface BufferPool {
  readonly take: () => Buffer
  readonly give: (buffer: Buffer) => void
}

export function createBufferPool(options: { readonly bufferBytes: number; readonly maxKept: number }): BufferPool {
  const kept: Buffer[] = []
  return {
    take: () => kept.pop() ?? alignedBuffer(options.bufferBytes),
    give: (buffer) => {
      if (kept.length < options.maxKept) kept.push(buffer)
    },
  }
}
