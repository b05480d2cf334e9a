import { type Program, userAgentOf } from '../command-line/program.ts'
import type { ServerEntry } from '../config/configuration.ts'
import type { Secrets } from '../state/secrets.ts'
import { AnswerReader } from './answer-reader.ts'
import { openBoxLink } from './box-link.ts'

export interface ConnectionWish {
  readonly user: string
  readonly password: string
  readonly customer: string | undefined
  readonly plan: string | undefined
  readonly otp: string | undefined
  readonly replace: string | undefined
  readonly name: string
}

export interface Connected {
  readonly device: { readonly id: string; readonly number: string; readonly name: string }
  readonly customer: { readonly id: string; readonly number: string; readonly name: string }
  readonly plan: string
  readonly secrets: Secrets
}

/** Asks the box to take this computer in. The password goes out here and nowhere else. @throws RefusedError, StorageError */
export async function requestConnection(program: Program, server: ServerEntry, wish: ConnectionWish): Promise<Connected> {
  const { takeFingerprint } = await import('../machine/fingerprint.ts')
  const { user, password, customer, plan, otp, replace, name } = wish
  const fingerprint = await takeFingerprint()
  const link = openBoxLink(server, { userAgent: userAgentOf(program), now: program.surroundings.now })
  try {
    const answer = await link.json('POST', '/api/agent/v1/connect', {
      body: { user, password, customer, plan, otp, replace, name, agentVersion: program.version, fingerprint },
      signal: program.surroundings.stop,
    })
    return readConnected(new AnswerReader(answer, 'connect'))
  } finally {
    link.close()
  }
}

function readConnected(answer: AnswerReader): Connected {
  const named = (name: string) => {
    const object = answer.object(name)
    return { id: object.text('id'), number: object.text('number'), name: object.text('name') }
  }
  const device = named('device')
  return {
    device,
    customer: named('customer'),
    plan: answer.text('plan'),
    secrets: {
      device: device.id,
      token: answer.text('token'),
      slotKey: answer.text('slotKey'),
      slot: answer.raw('slot'),
      repository: answer.raw('repository'),
      instance: answer.text('instance'),
    },
  }
}
