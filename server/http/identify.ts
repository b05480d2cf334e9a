import { deviceTokenPrefix } from '../devices/device.ts'
import type { SignedIn } from '../sessions/session.ts'
import type { SessionCookie } from '../sessions/session-cookie.ts'
import { apiTokenPrefix, type TokenIdentity } from '../tokens/token.ts'
import type { Identify } from './authorisation.ts'
import { type DeviceIdentity, type Principal, stranger } from './principal.ts'
import { Problem } from './problem.ts'

/** Where secrets are recognised. Each answers undefined for anything that is not, or is no longer, good. */
export interface IdentitySources {
  readonly cookie: SessionCookie
  readonly findSession: (secret: string) => Promise<SignedIn | undefined>
  readonly findToken: (secret: string) => Promise<TokenIdentity | undefined>
  readonly findDevice: (secret: string) => Promise<DeviceIdentity | undefined>
}

const maxSecretCharacters = 128

/**
 * Who asks: by the Authorization header where there is one, else by the session cookie. A header that is not good is refused even
 * where anyone may come: a script with a dead token should hear so. A dead cookie only makes a stranger.
 */
export function identifyBy(sources: IdentitySources): Identify {
  return async (c): Promise<Principal> => {
    const authorization = c.req.header('authorization')
    if (authorization !== undefined) return byBearer(sources, authorization)
    const secret = sources.cookie.read(c)
    if (secret === undefined || secret.length > maxSecretCharacters) return stranger
    const signedIn = await sources.findSession(secret)
    if (signedIn === undefined) return stranger
    if (signedIn.isRenewed) sources.cookie.set(c, { secret, signedIn })
    return { kind: 'session', signedIn }
  }
}

async function byBearer(sources: IdentitySources, authorization: string): Promise<Principal> {
  const secret = /^bearer +([\w-]+)$/i.exec(authorization)?.[1] ?? ''
  if (secret.length > maxSecretCharacters) throw new Problem('HF-TOKEN-INVALID')
  if (secret.startsWith(apiTokenPrefix)) {
    const token = await sources.findToken(secret)
    if (token !== undefined) return { kind: 'token', token }
  }
  if (secret.startsWith(deviceTokenPrefix)) {
    const device = await sources.findDevice(secret)
    if (device !== undefined && device.state !== 'active') throw new Problem('HF-DEVICE-REVOKED')
    if (device !== undefined) return { kind: 'device', device }
  }
  throw new Problem('HF-TOKEN-INVALID', { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
}
