import { createHash } from 'node:crypto'

/*
 * What this computer calls a run, before the box has heard of it: a run that is tried again keeps its name, and so stays one run; a log
 * that is sent later finds it. Of an order's run the name follows from the order, so that a computer which forgot that it did it, and
 * does it again, is told that it is done.
 */

const keyBytes = 16

export function newRunKey(randomBytes: (length: number) => Buffer): string {
  return randomBytes(keyBytes).toString('hex')
}

export function runKeyOf(order: { readonly id: string; readonly job: string }): string {
  return createHash('sha256').update(`${order.id} ${order.job}`).digest().subarray(0, keyBytes).toString('hex')
}
