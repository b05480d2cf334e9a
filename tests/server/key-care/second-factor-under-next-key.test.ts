/** A change of the box key takes the secrets of second factors along: telephones go on working. */
import { expect, test } from 'vitest'
import { newId } from '../../../server/runtime/ids.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { findSealedFactor, rewriteFactors } from '../../../server/second-factors/sealed-factor.ts'
import { findFactor } from '../../../server/second-factors/second-factors-table.ts'
import { turnOnSecondFactor } from '../../support/second-factor.ts'
import { setUpApp } from '../../support/test-app.ts'

test('sealed under the next key, the secret is the same', async () => {
  await using box = await setUpApp()
  await turnOnSecondFactor(box, box.user)
  const { userId } = box.user
  const { kysely } = box.database
  const otherId = newId('usr', systemRandomness)
  const before = await findFactor(kysely, userId)
  const nextKey = systemRandomness.bytes(32)
  await rewriteFactors(kysely, { masterKey: box.masterKey, nextKey, randomness: systemRandomness })
  const after = await findFactor(kysely, userId)
  if (before === undefined || after === undefined) throw new Error('no second factor')
  const secret = findSealedFactor(box.masterKey, before.sealedSecret, userId)
  expect(secret).toHaveLength(20)
  expect(findSealedFactor(nextKey, after.sealedSecret, userId)).toEqual(secret)
  expect(findSealedFactor(box.masterKey, after.sealedSecret, userId)).toBeUndefined()
  expect(findSealedFactor(nextKey, after.sealedSecret, otherId)).toBeUndefined()
})
