import { describe, expect, test } from 'vitest'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { createPasswordHasher } from '../../../server/users/password-hasher.ts'

describe('the hasher of passwords', () => {
  test('makes Argon2id hashes with the parameters of the decision, each with its own salt', async () => {
    const hasher = await createPasswordHasher(systemRandomness)
    const [first, second] = [await hasher.hash('four words on the quay'), await hasher.hash('four words on the quay')]
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,(t=2,p=1|p=1,t=2)\$/)
    expect(first).not.toBe(second)
    expect(await hasher.isRight(first, 'four words on the quay')).toBe(true)
    expect(await hasher.isRight(first, 'four words on the Quay')).toBe(false)
    expect(await hasher.waste('four words on the quay')).toBe(false)
  })

  test('works on two at once, lets 32 wait, and says that it is busy to the rest', async () => {
    const hasher = await createPasswordHasher(systemRandomness)
    const results = await Promise.allSettled(Array.from({ length: 40 }, () => hasher.waste('not the password')))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(34)
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ fault: 'busy' })
    expect(await hasher.waste('not the password')).toBe(false)
  })

  test('a hash that cannot be read fails that check alone', async () => {
    const hasher = await createPasswordHasher(systemRandomness)
    for (let count = 0; count < 3; count += 1) await expect(hasher.isRight('none', 'x')).rejects.toThrow()
    expect(await hasher.waste('x')).toBe(false)
  })
})
