import type { Connected, ConnectRequest } from '../../server/devices/connect-service.ts'
import { fingerprintSchema } from '../../server/devices/fingerprint.ts'
import type { UserIdentity } from '../../server/users/user.ts'
import type { TestApp } from './test-app.ts'

export const sampleFingerprint = fingerprintSchema.parse({
  print: 'ab'.repeat(32),
  machineId: '8f2c1c0e5d3b4a6f9e7d8c7b6a594837',
  system: { manufacturer: 'Fujitsu', model: 'ESPRIMO P558', serial: 'YLNS123456', uuid: '4c4c4544-0042-3510-8052-b4c04f335931' },
  board: { manufacturer: 'FUJITSU', model: 'D3600-A1' },
  macs: ['4c:52:62:1a:2b:3c'],
  diskSerials: ['S4XBNF0M812345'],
  os: { platform: 'linux', distro: 'Debian GNU/Linux', release: '12', arch: 'x64', hostname: 'xray-pc' },
})

/** Connects a computer of a customer through the service, as a new one unless it replaces; throws where the plan refuses it. */
export async function connectDevice(
  box: Pick<TestApp, 'devicesSide'>,
  user: UserIdentity,
  more: Partial<ConnectRequest> & { readonly customer?: string; readonly plan?: string } = {},
): Promise<Connected> {
  const { customer, plan, ...request } = more
  const answer = await box.devicesSide.connect({
    by: { kind: 'login', user, customer, plan },
    address: '192.0.2.7',
    name: 'RECEPTION',
    replace: undefined,
    isNew: true,
    fingerprint: sampleFingerprint,
    agentVersion: '0.1.0',
    ...request,
  })
  if (answer.kind === 'connected') return answer
  throw new Error(`the computer was refused: ${answer.kind === 'refused' ? answer.refusal.kind : answer.kind}`)
}
