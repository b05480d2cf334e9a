import type { Readable } from 'node:stream'
import { releasePiece } from '../../engine/index.ts'
import type { BufferPool } from '../storage-volumes/buffer-pool.ts'
import { PackError } from './pack.ts'

export interface BodyToReceive {
  readonly body: Readable
  readonly maxBytes: number
  /** What Content-Length said, where there was one. */
  readonly announcedBytes: number | undefined
  readonly pool: BufferPool
  /** Takes the next bytes, much at once so that a disk write is worth its price. They are its own until it is done. */
  readonly take: (bytes: Buffer) => Promise<void>
}

/**
 * Reads a body to its end, without an allocation or a promise for each piece: pieces are copied into one of two large buffers while
 * the other is written, and the sender waits when both are full. Throws `length-mismatch` for a body that is cut off or not as long
 * as announced, `too-large`, or whatever `take` throws; resolves and rejects only when no bytes are being taken any more.
 */
export async function receiveBody(receiving: BodyToReceive): Promise<number> {
  const { pool } = receiving
  const receiver = new BodyReceiver(receiving, [pool.take(), pool.take()])
  try {
    return await receiver.result
  } finally {
    await receiver.settled
    for (const buffer of receiver.buffers) pool.give(buffer)
  }
}

class BodyReceiver {
  readonly buffers: readonly [Buffer, Buffer]
  readonly result: Promise<number>
  /** The taking of the other buffer; never rejects. */
  settled: Promise<void> = Promise.resolve()
  private readonly receiving: BodyToReceive
  private readonly resolve: (receivedBytes: number) => void
  private readonly reject: (error: unknown) => void
  private filling: 0 | 1 = 0
  private filledBytes = 0
  private receivedBytes = 0
  private isTaking = false
  private isAtEnd = false
  /** The piece before, copied: its memory goes back when the next one comes. */
  private copied: Buffer | undefined
  /** What did not fit while the other buffer was still being taken. */
  private rest: Buffer | undefined

  constructor(receiving: BodyToReceive, buffers: readonly [Buffer, Buffer]) {
    this.receiving = receiving
    this.buffers = buffers
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    this.result = promise
    this.resolve = resolve
    this.reject = reject
    receiving.body.on('data', this.onData).on('end', this.onEnd).on('error', this.onCut).on('close', this.onClose)
    // A sender that went away before anybody listened says so no more.
    if (receiving.body.destroyed) this.onCut(receiving.body.errored ?? undefined)
  }

  private readonly onData = (piece: Buffer): void => {
    const { body, maxBytes } = this.receiving
    this.receivedBytes += piece.length
    if (this.receivedBytes > maxBytes) {
      this.fail(new PackError('too-large', `A pack has at most ${maxBytes} bytes.`))
      return
    }
    if (this.copied !== undefined) releasePiece(this.copied)
    this.rest = this.fill(piece)
    this.copied = this.rest === undefined ? piece : undefined
    if (this.rest !== undefined) body.pause()
  }

  private readonly onEnd = (): void => {
    this.isAtEnd = true
    this.goOn()
  }

  private readonly onCut = (cause?: Error): void => this.fail(mismatch(cause))

  private readonly onClose = (): void => {
    if (!this.isAtEnd) this.onCut()
  }

  /** Copies what fits; what is left over waits for the other buffer. */
  private fill(piece: Buffer): Buffer | undefined {
    for (let at = 0; at < piece.length; ) {
      const buffer = this.buffers[this.filling]
      const copied = piece.copy(buffer, this.filledBytes, at)
      this.filledBytes += copied
      at += copied
      if (this.filledBytes < buffer.length) return undefined
      if (this.isTaking) return at < piece.length ? piece.subarray(at) : noBytes
      this.hand()
    }
    return undefined
  }

  private hand(): void {
    const full = this.buffers[this.filling].subarray(0, this.filledBytes)
    this.filling = this.filling === 0 ? 1 : 0
    this.filledBytes = 0
    this.isTaking = true
    this.settled = this.receiving.take(full).then(
      () => {
        this.isTaking = false
        this.goOn()
      },
      (error: unknown) => this.fail(error),
    )
  }

  /** A buffer is free, or the body has ended. */
  private goOn(): void {
    if (this.isTaking) return
    const { body } = this.receiving
    if (this.rest !== undefined) {
      const { rest } = this
      this.rest = undefined
      this.hand()
      this.rest = this.fill(rest)
      if (this.rest === undefined && !this.isAtEnd) body.resume()
      return
    }
    if (!this.isAtEnd) return
    if (this.filledBytes > 0) this.hand()
    else this.finish()
  }

  private finish(): void {
    this.detach()
    const { announcedBytes } = this.receiving
    if (announcedBytes !== undefined && announcedBytes !== this.receivedBytes) this.reject(mismatch(undefined))
    else this.resolve(this.receivedBytes)
  }

  private fail(error: unknown): void {
    this.detach()
    this.reject(error)
  }

  private detach(): void {
    const { body } = this.receiving
    body.off('data', this.onData).off('end', this.onEnd).off('error', this.onCut).off('close', this.onClose)
    // A connection that breaks later is nobody's concern any more, and must not end the process.
    body.on('error', () => {})
  }
}

const noBytes = Buffer.alloc(0)

function mismatch(cause: Error | undefined): PackError {
  return new PackError('length-mismatch', 'The upload was longer or shorter than announced.', { cause })
}
