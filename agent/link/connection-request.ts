import { type Program, userAgentOf } from '../command-line/program.ts'
import type { ServerEntry } from '../config/configuration.ts'
import type { Fingerprint } from '../machine/fingerprint.ts'
import type { Secrets } from '../state/secrets.ts'
import { AnswerReader } from './answer-reader.ts'
import { openBoxLink } from './box-link.ts'

/** By what right this computer asks. */
export type Credentials =
  | {
      readonly kind: 'login'
      readonly user: string
      readonly password: string
      readonly customer: string | undefined
      readonly plan: string | undefined
      readonly otp: string | undefined
    }
  /** The secret of an enrolment link, or its code as it was typed. */
  | { readonly kind: 'link' | 'code'; readonly secret: string }

export interface ConnectionWish {
  readonly credentials: Credentials
  readonly replace: string | undefined
  /** Another computer than any that the box knows. */
  readonly isNew: boolean
  readonly name: string
  readonly fingerprint: Fingerprint
}

export interface Connected {
  readonly device: { readonly id: string; readonly number: string; readonly name: string }
  readonly customer: { readonly id: string; readonly number: string; readonly name: string }
  readonly plan: string
  readonly secrets: Secrets
}

/** Asks the box to take this computer in. The password goes out here and nowhere else. @throws RefusedError, StorageError */
export async function requestConnection(program: Program, server: ServerEntry, wish: ConnectionWish): Promise<Connected> {
  const { credentials, replace, isNew, name, fingerprint } = wish
  const link = openBoxLink(server, { userAgent: userAgentOf(program), now: program.surroundings.now })
  try {
    const answer = await link.json('POST', '/api/agent/v1/connect', {
      body: { ...bodyOf(credentials), replace, asNew: isNew, name, agentVersion: program.version, fingerprint },
      signal: program.surroundings.stop,
    })
    return readConnected(new AnswerReader(answer, 'connect'))
  } finally {
    link.close()
  }
}

function bodyOf(credentials: Credentials): object {
  switch (credentials.kind) {
    case 'login': {
      const { user, password, customer, plan, otp } = credentials
      return { user, password, customer, plan, otp }
    }
    case 'link':
      return { enrolment: { link: credentials.secret } }
    case 'code':
      return { enrolment: { code: credentials.secret } }
    default:
      return credentials satisfies never
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
