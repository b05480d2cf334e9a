// Sends finished packs and learns how large packs should be: about two seconds of the line, between 4 and 8 MiB. Format 1 allows
// larger ones; four buffers of 32 MiB would be half of the agent's memory and made nothing faster.

import { packTargetMinBytes } from '../model/limits.ts'
import type { BackupSession, SealedPack } from '../repository/target.ts'

const aimMs = 2_000
export const uploadTargetMaxBytes = 8 * 1024 * 1024
const firstTargetBytes = 4 * 1024 * 1024

export class Uploads {
  sentBytes = 0
  packTargetBytes = firstTargetBytes
  private readonly session: BackupSession
  private readonly now: () => number
  private failure: { readonly error: unknown } | undefined

  constructor(session: BackupSession, now: () => number) {
    this.session = session
    this.now = now
  }

  /** Resolves when the pack is durable at the target; its buffer may be used again then. Rejects with the first failure of any. */
  async send(pack: SealedPack): Promise<void> {
    this.throwIfFailed()
    const started = this.now()
    try {
      await this.session.putPack(pack)
    } catch (error) {
      this.failure ??= { error }
      throw error
    }
    this.sentBytes += pack.bytes.length
    this.adapt(pack.bytes.length, Math.max(1, this.now() - started))
  }

  throwIfFailed(): void {
    if (this.failure) throw this.failure.error
  }

  private adapt(bytes: number, elapsedMs: number): void {
    const wished = (bytes / elapsedMs) * aimMs
    const next = (this.packTargetBytes + wished) / 2
    this.packTargetBytes = Math.round(Math.min(uploadTargetMaxBytes, Math.max(packTargetMinBytes, next)))
  }
}
