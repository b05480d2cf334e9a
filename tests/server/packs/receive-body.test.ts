import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { receiveBody } from '../../../server/packs/receive-body.ts'
import { createBufferPool } from '../../../server/storage-volumes/buffer-pool.ts'

const receive = (body: Readable, taken: Buffer[] = []) =>
  receiveBody({
    body,
    maxBytes: 1000,
    announcedBytes: undefined,
    pool: createBufferPool({ bufferBytes: 16, maxKept: 2 }),
    take: async (bytes) => {
      taken.push(Buffer.from(bytes))
    },
  })

it('takes all bytes in their order', async () => {
  const taken: Buffer[] = []
  const bytes = Buffer.from('a body that is longer than both buffers together, by far')
  expect(await receive(Readable.from([bytes.subarray(0, 5), bytes.subarray(5, 50), bytes.subarray(50)]), taken)).toBe(
    bytes.length,
  )
  expect(Buffer.concat(taken)).toEqual(bytes)
})

it('refuses a body whose sender went away before anybody read', async () => {
  const body = new Readable({ read() {} })
  body.on('error', () => {})
  body.push('half')
  body.destroy(new Error('aborted'))
  await new Promise((resolve) => body.once('close', resolve))
  await expect(receive(body)).rejects.toMatchObject({ fault: 'length-mismatch' })
})
