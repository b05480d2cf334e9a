import type { DeviceState } from '../devices/device.ts'
import type { Id } from '../runtime/ids.ts'
import type { SignedIn } from '../sessions/session.ts'
import type { TokenIdentity } from '../tokens/token.ts'
import type { UserIdentity } from '../users/user.ts'

export interface DeviceIdentity {
  readonly deviceId: Id<'dev'>
  readonly customerId: Id<'cus'>
  readonly subscriptionId: Id<'sub'>
  readonly name: string
  readonly state: DeviceState
}

/** Who asks. */
export type Principal =
  | { readonly kind: 'stranger' }
  | { readonly kind: 'session'; readonly signedIn: SignedIn }
  | { readonly kind: 'token'; readonly token: TokenIdentity }
  | { readonly kind: 'device'; readonly device: DeviceIdentity }

export const stranger: Principal = { kind: 'stranger' }

/** The person behind a request, if there is one. */
export function userOf(principal: Principal): UserIdentity | undefined {
  switch (principal.kind) {
    case 'session':
      return principal.signedIn.user
    case 'token':
      return principal.token.user
    case 'stranger':
    case 'device':
      return undefined
    default:
      return principal satisfies never
  }
}
