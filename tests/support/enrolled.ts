/** Computers that come without a login: links made by people of a customer, and what a program sends with them. */

import { fingerprintSchema } from '../../server/devices/fingerprint.ts'
import type { CreatedEnrolment, NewEnrolment } from '../../server/enrolments/enrolments-service.ts'
import type { UserIdentity } from '../../server/users/user.ts'
import type { TestApp } from './test-app.ts'
import type { twoCustomers } from './two-customers.ts'

type TwoCustomers = Awaited<ReturnType<typeof twoCustomers>>

export const actingAs = ({ userId, email }: UserIdentity) => ({
  actor: { kind: 'user', userId, email } as const,
  address: '192.0.2.1',
})

/** For one computer of customer `own`, for a week, by its owner. */
export function makeEnrolment(box: TwoCustomers, wish: Partial<NewEnrolment> = {}): Promise<CreatedEnrolment> {
  const { customerId } = box.own.customer
  const { subscriptionId } = box.own.subscription
  const whole = { customerId, subscriptionId, deviceId: undefined, usesMax: 1, days: 7, ...wish }
  return box.devicesSide.enrolments.create(whole, actingAs(box.users.owner))
}

/** Of a computer like no other: `key` makes all its numbers. */
export function fingerprintOf(key: string, more: object = {}) {
  const hex = Buffer.from(key.padEnd(6, '_')).toString('hex').padEnd(12, '0').slice(0, 12)
  return fingerprintSchema.parse({
    print: hex.padEnd(64, '0'),
    machineId: `${hex}00000000abcdefabcdef`,
    system: { manufacturer: 'Fujitsu', model: 'ESPRIMO', uuid: `4c4c4544-0042-3510-8052-${hex}` },
    board: { manufacturer: 'FUJITSU', model: 'D3600', serial: `B-${hex}` },
    macs: [`4c:${hex.slice(2, 12).match(/../g)!.join(':')}`],
    diskSerials: [`DISK${hex}`],
    os: { platform: 'linux', distro: 'Debian GNU/Linux', release: '12', arch: 'x64', hostname: key },
    ...more,
  })
}

export function postConnect(box: Pick<TestApp, 'app'>, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'holdfast-protocol': '1' }
  return Promise.resolve(box.app.request('/api/agent/v1/connect', { method: 'POST', body: JSON.stringify(body), headers }))
}

/** As a program sends it that has a link. */
export function connectByLink(box: Pick<TestApp, 'app'>, secret: string, key: string, more: object = {}): Promise<Response> {
  return postConnect(box, {
    enrolment: { link: secret },
    name: key,
    agentVersion: '0.1.0',
    fingerprint: fingerprintOf(key),
    ...more,
  })
}
