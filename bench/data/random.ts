// Deterministic randomness for data sets: the same seed and label give the same bytes on every machine.

import { type Cipheriv, createCipheriv, createHash } from 'node:crypto'

const zeros = Buffer.alloc(1024 * 1024)

export class SeededRandom {
  private readonly cipher: Cipheriv
  private pool: Buffer = Buffer.alloc(0)
  private at = 0

  constructor(seed: number, label: string) {
    const key = createHash('sha256').update(`holdfast-bench/${seed}/${label}`).digest()
    this.cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
  }

  /** Bytes that do not compress. */
  bytes(length: number): Buffer {
    const parts: Buffer[] = []
    for (let left = length; left > 0; left -= zeros.length)
      parts.push(this.cipher.update(zeros.subarray(0, Math.min(left, zeros.length))))
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
  }

  /** 0 (included) to 1 (excluded). */
  unit(): number {
    if (this.at + 4 > this.pool.length) {
      this.pool = this.bytes(4096)
      this.at = 0
    }
    this.at += 4
    return this.pool.readUInt32LE(this.at - 4) / 0x1_0000_0000
  }

  below(limit: number): number {
    return Math.floor(this.unit() * limit)
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }

  /** Sizes of real files: many small, few large. */
  logNormal(median: number, sigma: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit())
    return median * Math.exp(sigma * normal)
  }
}
