import { expect, test } from 'vitest'
import { storageBelow } from '../../../engine/storage/below.ts'
import { memoryStorage } from '../../../engine/storage/memory.ts'
import { storageContract } from '../../contract/storage.ts'

storageContract('a folder of a storage', async () => ({
  storage: storageBelow(memoryStorage(), 'repositories/one'),
  [Symbol.asyncDispose]: async () => undefined,
}))

test('its files are those below the folder, and no others', async () => {
  const whole = memoryStorage()
  await whole.put('repositories/two/packs/a', Buffer.from('of another'))
  const below = storageBelow(whole, 'repositories/one')
  await below.put('packs/a', Buffer.from('mine'))
  expect(await whole.read('repositories/one/packs/a')).toEqual(Buffer.from('mine'))
  expect(await Array.fromAsync(below.list('packs'))).toEqual([{ name: 'packs/a', sizeBytes: 4 }])
  await expect(below.read('../two/packs/a')).rejects.toMatchObject({ name: 'RangeError' })
})
