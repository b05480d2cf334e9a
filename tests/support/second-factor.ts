import { actingOnTheBox } from '../../server/audit/audit.ts'
import { totpCode, totpStepAt } from '../../server/second-factors/totp.ts'
import type { UserIdentity } from '../../server/users/user.ts'
import type { TestApp } from './test-app.ts'

export interface TurnedOnFactor {
  readonly recoveryCodes: readonly string[]
  /** What the telephone shows, `steps` from now. */
  readonly codeNow: (steps?: number) => string
}

/** Turns the second factor of a login on, as its page does. Half a minute later, so that the code it took is used up. */
export async function turnOnSecondFactor(box: TestApp, user: UserIdentity): Promise<TurnedOnFactor> {
  const { secondFactors } = box.people
  await secondFactors.begin(user.userId)
  const { pendingSecret } = await secondFactors.state(user.userId)
  if (pendingSecret === undefined) throw new Error('no secret waits')
  const codeNow = (steps = 0) => totpCode(pendingSecret, totpStepAt(box.clock.now()) + steps)
  const answer = await secondFactors.confirm(user, codeNow(), actingOnTheBox)
  if (answer.kind !== 'on') throw new Error(`the code was ${answer.kind}`)
  box.clock.advance(30_000)
  return { recoveryCodes: answer.recoveryCodes, codeNow }
}
